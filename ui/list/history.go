package list

import (
	"time"

	"lockscope/scan/report"
	"lockscope/ui/show"
)

// History is what happened to one directory. Others than the log only read it.
type History struct {
	Events               []*Event // the latest, the oldest first
	Total                int      // how many there were
	Handoffs, RolledBack int
	Last                 *report.Handoff // nil if there was none
}

// History is what happened to a directory; nil if nothing did.
func (l *Log) History(path string) *History { return l.histories.byPath[path] }

// histories are those of the directories to which something happened. What became of directories that are
// gone is kept for the latest of them alone.
type histories struct {
	byPath map[string]*History
	gone   []string
}

func (hs *histories) add(e *Event) {
	if hs.byPath == nil {
		hs.byPath = map[string]*History{}
	}
	h := hs.byPath[e.Path]
	if h == nil {
		h = &History{}
		hs.byPath[e.Path] = h
	}
	if len(h.Events) == maxHistory {
		copy(h.Events, h.Events[1:])
		h.Events = h.Events[:maxHistory-1]
	}
	h.Events = append(h.Events, e)
	h.Total++
	switch {
	case e.Handoff != nil && e.Handoff.RolledBack:
		h.RolledBack++
		h.Last = e.Handoff
	case e.Handoff != nil:
		h.Handoffs++
		h.Last = e.Handoff
	case e.Attempt == nil && e.To == show.NoClass:
		hs.leave(e.Path)
	}
}

// leave takes note that a directory is gone.
func (hs *histories) leave(path string) {
	hs.gone = append(hs.gone, path)
	if len(hs.gone) <= maxGone {
		return
	}
	oldest := hs.gone[0]
	hs.gone = hs.gone[1:]
	if h := hs.byPath[oldest]; h != nil && h.Events[len(h.Events)-1].To == show.NoClass {
		delete(hs.byPath, oldest)
	}
}

// removeLast takes the last event back.
func (h *History) removeLast() {
	h.Events = h.Events[:len(h.Events)-1]
	h.Total--
}

// handoffs are those that a process had a part in. Another process may have had its PID before.
type handoffs struct {
	first time.Time
	count int
}

// hostPID is a PID on a host, as in [report.Report]: the same PID is another process on another host.
type hostPID struct {
	host string
	pid  int
}

func (l *Log) count(h *report.Handoff) {
	if l.handoffs == nil {
		l.handoffs = map[hostPID]handoffs{}
	}
	for _, pid := range []hostPID{{h.Host, h.From.PID}, {h.Host, h.To.PID}} {
		n := l.handoffs[pid]
		if n.count == 0 {
			n.first = h.Acquired
		}
		n.count++
		l.handoffs[pid] = n
	}
}

// tookPart reports whether a process with the PID had a part in any.
func (l *Log) tookPart(pid hostPID) bool { return l.handoffs[pid].count > 0 }

// Handoffs is how many hand-offs a process had a part in that started then; the zero time stands for one
// that is gone.
func (l *Log) Handoffs(pid hostPID, started time.Time) int {
	if n := l.handoffs[pid]; !started.After(n.first) {
		return n.count
	}
	return 0
}
