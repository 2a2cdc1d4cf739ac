package ui

import (
	"time"

	"lockscope/scan/report"
	"lockscope/ui/show"
)

// request is what the user asked the source to do.
type request struct {
	at      time.Time
	done    string // the word for it once it is done
	changes int    // of state, since
	errors  int    // directories that could not be read, since
}

// ask announces what the source was asked to do. What came of it is told when it is done.
func (m *model) ask(doing, done string) {
	m.notice = doing + m.theme.chars.Mark
	m.asked = &request{at: m.now(), done: done}
}

// answer tells what came of a request, at the end of the first pass that began after it.
func (m *model) answer(u *report.Update, changes int) {
	a := m.asked
	if a == nil {
		return
	}
	a.changes += changes
	a.errors += len(u.Errors)
	if u.Summary == nil || m.now().Add(-u.Summary.Duration).Before(a.at) {
		return
	}
	m.asked = nil
	changed := "nothing changed"
	if a.changes > 0 {
		changed = show.Count(a.changes) + " changed"
	}
	m.notice = a.done + " " + show.Counted(u.Summary.Dirs, "directory", "directories") + " in " + show.Seconds(u.Summary.Duration) + ": " + changed
	if a.errors > 0 {
		m.notice += ", " + show.Counted(a.errors, "error", "errors")
	}
}
