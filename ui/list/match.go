package list

import (
	"cmp"
	"strconv"
	"strings"
	"unicode/utf8"

	"lockscope/scan/report"
	"lockscope/ui/show"
)

// A filter looks through texts as they are shown, whatever their case. It makes what is shown of a
// text as it goes: kept in lower case, the texts of all directories would take more memory than the
// rest of the screen.

// matches reports whether a row has the term in it.
func (t *term) matches(r *Row, in *context) bool {
	for i := range t.any {
		if t.any[i].matches(t.field, r, in) {
			return true
		}
	}
	return false
}

func (a *alt) matches(f field, r *Row, in *context) bool {
	switch f {
	case inPath:
		return a.inPath(r, in)
	case inState:
		return a.classes.Has(r.Class)
	case inPID:
		return a.isPID(r)
	case inCommand:
		return a.inCommands(r, in)
	case inUser:
		return a.inUsers(r.Report, in)
	case inRoot:
		return a.in(r.Report.Root, false, in)
	case inReason:
		return r.Report.Verdict.Reasons&a.reasons != 0
	case inAge:
		return a.isAge(r.Report.Since, in)
	case inHost:
		return a.in(cmp.Or(r.Report.Host, in.host), false, in)
	}
	return a.inPath(r, in) || r.Report.Host != "" && a.in(r.Report.Host, false, in) || a.inWord(show.StateWord(r.Report)) || a.inPIDs(r) || a.inCommands(r, in)
}

// in reports whether a text from outside has it in it. With lower, the text is known to be shown as it
// is, and in lower case.
func (a *alt) in(text string, lower bool, in *context) bool {
	switch {
	case !lower:
		text = report.Escape(text)
		return a.inEscaped(text) || in.ascii && a.inEscaped(show.ASCIIOnly(text))
	case a.pattern != nil:
		return a.pattern.matches(text, true)
	}
	return strings.Contains(text, a.text)
}

// inEscaped reports whether a text that is shown as it is has it in it.
func (a *alt) inEscaped(text string) bool {
	if a.pattern != nil {
		return a.pattern.matches(text, false)
	}
	return containsLower(text, a.text)
}

// inWord reports whether a word of ours, in lower case, has it in it.
func (a *alt) inWord(word string) bool {
	if a.pattern != nil {
		return a.pattern.matches(word, true)
	}
	return strings.Contains(word, a.text)
}

// inPath looks through the path: also, where it matters how that begins, as it is shown below its root.
func (a *alt) inPath(r *Row, in *context) bool {
	if a.in(r.searched.path, r.searched.lower, in) {
		return true
	}
	return a.pattern != nil && a.pattern.anchored && a.in(in.below(r.searched.path), r.searched.lower, in)
}

// inCommands looks through the command lines.
func (a *alt) inCommands(r *Row, in *context) bool {
	if r.searched.alone {
		return r.searched.command != "" && a.in(r.searched.command, r.searched.lower, in)
	}
	for p := range processesOf(r.Report) {
		if a.in(commandOf(p), r.searched.lower, in) {
			return true
		}
	}
	return false
}

// inUsers looks at whom the processes belong to.
func (a *alt) inUsers(r *report.Report, in *context) bool {
	for p := range processesOf(r) {
		if a.in(p.User, false, in) {
			return true
		}
	}
	return false
}

// isPID looks for one PID among those of the pidfile and of the holders.
func (a *alt) isPID(r *Row) bool {
	if r.searched.alone {
		return int(r.searched.named) == a.pid || int(r.searched.process) == a.pid
	}
	if show.NamedPID(r.Report) == a.pid {
		return true
	}
	for p := range processesOf(r.Report) {
		if p.PID == a.pid {
			return true
		}
	}
	return false
}

// inPIDs looks through the digits of these PIDs.
func (a *alt) inPIDs(r *Row) bool {
	if a.pattern != nil || a.text[0] < '0' || a.text[0] > '9' {
		return false
	}
	if r.searched.alone {
		return a.inDigits(int(r.searched.named)) || a.inDigits(int(r.searched.process))
	}
	if a.inDigits(show.NamedPID(r.Report)) {
		return true
	}
	for p := range processesOf(r.Report) {
		if a.inDigits(p.PID) {
			return true
		}
	}
	return false
}

// inDigits looks through those of a PID, which is 0 where there is none.
func (a *alt) inDigits(pid int) bool {
	digits := string(strconv.AppendInt(make([]byte, 0, 20), int64(pid), 10)) // on the stack, unlike Itoa's
	return pid != 0 && strings.Contains(digits, a.text)
}

// isAge compares the age of a state. One that was so already when it was first seen is not known to be
// younger than anything.
func (a *alt) isAge(since report.Since, in *context) bool {
	switch {
	case since.At.IsZero() || since.AtLeast && !a.older:
		return false
	case a.older:
		return in.now.Sub(since.At) > a.age
	}
	return in.now.Sub(since.At) < a.age
}

// isLower reports whether a text is printable ASCII without a capital, and nothing of it is escaped.
func isLower(text string) bool {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c > '~' || c == '\\' || 'A' <= c && c <= 'Z' {
			return false
		}
	}
	return true
}

// containsLower reports whether a text in lower case contains lower, which is not empty. Of an ASCII
// text it makes no copy.
func containsLower(text, lower string) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return strings.Contains(strings.ToLower(text), lower)
		}
	}
	for ; len(text) >= len(lower); text = text[1:] {
		if beginsLower(text, lower) {
			return true
		}
	}
	return false
}

// beginsLower reports whether an ASCII text in lower case begins with lower.
func beginsLower(text, lower string) bool {
	for i := range len(lower) {
		c := text[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}
