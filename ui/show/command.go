package show

import (
	"fmt"
	"strings"

	"lockscope/lock"
	"lockscope/scan/report"
)

// NextCommand is the next step as a line for a shell, or why there is none. With readOnly, no break
// is offered.
func NextCommand(r *report.Report, names lock.Names, readOnly bool) (command, why string) {
	_, next := r.Explain()
	switch command = r.Command(); {
	case r.Checking:
		return "", "still checking"
	case command != "":
		return command, ""
	case next == "":
		return "", "there is nothing to do here"
	case r.Host != "" && !r.IsHost() && !r.Breakable(): // it may have a command, and is hostile input
		return "", "what another host says to do is not copied: " + next
	case !r.Breakable():
		return "", "no command does this: " + next
	case readOnly:
		return "", "to break it is next, and this is read-only"
	}
	command = breakCommand(names, r.Path)
	if r.Seen != nil { // it was not seen on this host
		command = strings.Replace(command, "lockscope ", "lockscope --host "+ShellWord(r.Host)+" ", 1)
	}
	return command, ""
}

// breakCommand breaks the stale lock of one directory and nothing below it. It asks and checks as
// the dialog does.
func breakCommand(names lock.Names, dir string) string {
	command := "lockscope --break-stale --max-depth 0"
	if names.Lock != lock.DefaultNames.Lock {
		command += " --lock-name " + ShellWord(names.Lock)
	}
	if names.Pidfile != lock.DefaultNames.Pidfile {
		command += " --pid-name " + ShellWord(names.Pidfile)
	}
	return command + " " + ShellWord(dir)
}

// WithoutPath is a command line with a mark in place of the path of its directory, absolute or below the
// root, which stands beside it already.
func WithoutPath(command, path, root, mark string) string {
	for _, path := range []string{path, strings.TrimPrefix(path, root+"/")} {
		i := strings.Index(command, path)
		if !strings.Contains(path, "/") || i < 0 {
			continue
		}
		if end := command[i+len(path):]; beginsWord(command[:i]) && (end == "" || strings.IndexByte(" /,:;'\"", end[0]) >= 0) {
			return command[:i] + mark + end
		}
	}
	return command
}

// beginsWord reports whether what follows on a text is a word of its own, or the value of an option.
func beginsWord(before string) bool {
	return before == "" || strings.IndexByte(" =,:'\"", before[len(before)-1]) >= 0
}

// ShellWord quotes a text, if need be, so that a shell takes it as one word. What is not printable is
// spelled in $'…', which bash, zsh and ksh read: a terminal that it is pasted into finds nothing in it
// to obey.
func ShellWord(text string) string {
	special := func(r rune) bool {
		return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("/._-+=:,@%", r))
	}
	switch {
	case text != "" && !strings.ContainsFunc(text, special):
		return text
	case printable(text):
		return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
	}
	var b strings.Builder
	for i := range len(text) {
		if c := text[i]; c < ' ' || c > '~' || c == '\\' || c == '\'' {
			fmt.Fprintf(&b, `\x%02x`, c)
		} else {
			b.WriteByte(c)
		}
	}
	return "$'" + b.String() + "'"
}

// printable reports whether nothing but backslashes is escaped of a text.
func printable(text string) bool {
	text = strings.ReplaceAll(text, `\`, "")
	return report.Escape(text) == text
}
