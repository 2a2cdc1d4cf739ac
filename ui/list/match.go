package list

import (
	"iter"
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
func (t *term) matches(r *Row) bool {
	switch t.field {
	case inPath:
		return t.in(r.Report.Path, r.lower)
	case inState:
		return t.classes.Has(r.Class)
	case inPID:
		return t.inPIDs(r.Report)
	case inCommand:
		return t.inCommands(r)
	}
	return t.in(r.Report.Path, r.lower) || strings.Contains(r.Class.String(), t.text) || t.inPIDs(r.Report) || t.inCommands(r)
}

// in reports whether a text from outside has the term in it. With lower, the text is known to be
// shown as it is, and in lower case.
func (t *term) in(text string, lower bool) bool {
	if lower {
		return strings.Contains(text, t.text)
	}
	text = report.Escape(text)
	return containsLower(text, t.text) || t.ascii && containsLower(show.ASCIIOnly(text), t.text)
}

// inCommands looks through the command lines.
func (t *term) inCommands(r *Row) bool {
	for c := range commandsOf(r.Report) {
		if t.in(c, r.lower) {
			return true
		}
	}
	return false
}

// inPIDs looks through the PIDs of the pidfile and of the holders.
func (t *term) inPIDs(r *report.Report) bool {
	if t.text[0] < '0' || t.text[0] > '9' {
		return false
	}
	if pid := show.NamedPID(r); pid != 0 && t.inPID(pid) {
		return true
	}
	for _, h := range searched(r) {
		if t.inPID(h.Process.PID) {
			return true
		}
	}
	return false
}

// inPID looks at one PID.
func (t *term) inPID(pid int) bool {
	digits := string(strconv.AppendInt(make([]byte, 0, 20), int64(pid), 10)) // on the stack, unlike Itoa's
	if t.field == inPID {
		return strings.HasPrefix(digits, t.text)
	}
	return strings.Contains(digits, t.text)
}

// searched are the holders that a filter looks at.
func searched(r *report.Report) []report.Holder {
	return r.Evidence.Holders[:min(len(r.Evidence.Holders), show.MaxHolders)]
}

// commandsOf are the command lines of the holders, and of the process that the pidfile names.
func commandsOf(r *report.Report) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, h := range searched(r) {
			if !yield(h.Process.Command[:min(len(h.Process.Command), maxSearchedCommand)]) {
				return
			}
		}
		if o := r.Evidence.Owner; o != nil && !show.Holds(r, o.PID) {
			yield(o.Command[:min(len(o.Command), maxSearchedCommand)])
		}
	}
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
