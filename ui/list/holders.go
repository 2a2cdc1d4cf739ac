package list

import (
	"maps"
	"slices"
	"time"

	"lockscope/lock"
	"lockscope/scan/report"
	"lockscope/ui/show"
)

// Holder is a process that holds locks, or that pidfiles name. It stays the same while the list changes.
type Holder struct {
	PID         int
	State       lock.ProcessState // of one that is gone; else ProcessAlive
	Worst       show.Class        // of its directories
	Directories int               // that it holds, or whose pidfile names it
	Holds       int               // of these
	Handoffs    int               // that it had a part in
	Counts      [show.ClassCount]int32

	row *Row // of one of its directories
}

// Process is what is known of it: nil if it is gone.
func (h *Holder) Process() *report.Process {
	if h.State.Exited() {
		return nil
	}
	for p := range processesOf(h.row.Report) {
		if p.PID == h.PID {
			return p
		}
	}
	return nil
}

// Command is its command line, not escaped; "" where it is not known.
func (h *Holder) Command() string {
	if p := h.Process(); p != nil {
		return p.Command
	}
	return ""
}

// User is whom it belongs to, not escaped; "" where it is not known.
func (h *Holder) User() string {
	if p := h.Process(); p != nil {
		return p.User
	}
	return ""
}

// Started is when it started; zero where it is not known.
func (h *Holder) Started() time.Time {
	if p := h.Process(); p != nil {
		return p.Started
	}
	return time.Time{}
}

// Holders are the processes behind a list. The zero value has none.
type Holders struct {
	alive, gone pidTable
	odd         map[int32]*Holder // those that are gone, by numbers higher than any PID
	all         []*Holder         // in order of PID
	free        []Holder          // to be used: they are allocated by the hundred
}

// Gather gathers the processes behind the directories of a list, filtered or not, with what the log
// knows of them.
func (hs *Holders) Gather(l *List, log *Log) {
	for _, h := range hs.all {
		h.Directories, h.Holds, h.Counts = 0, 0, [show.ClassCount]int32{}
	}
	for _, r := range l.sorted {
		hs.add(r)
	}
	hs.all = hs.all[:0]
	for page := range max(len(hs.alive.pages), len(hs.gone.pages)) {
		for i := range pidPage {
			hs.collect(&hs.alive, page, i)
			hs.collect(&hs.gone, page, i)
		}
	}
	maps.DeleteFunc(hs.odd, func(_ int32, h *Holder) bool { return h.Directories == 0 })
	odd := slices.Collect(maps.Values(hs.odd))
	slices.SortFunc(odd, func(a, b *Holder) int { return a.PID - b.PID })
	hs.all = append(hs.all, odd...)
	for _, h := range hs.all {
		h.Worst = h.worst()
		h.Handoffs = 0
		if log.tookPart(h.PID) {
			h.Handoffs = log.Handoffs(h.PID, h.Started())
		}
	}
}

// collect takes a holder in, if there is one and it still is one.
func (hs *Holders) collect(t *pidTable, page, i int) {
	switch {
	case page >= len(t.pages) || t.pages[page] == nil || t.pages[page][i] == nil:
	case t.pages[page][i].Directories == 0:
		t.pages[page][i] = nil
	default:
		hs.all = append(hs.all, t.pages[page][i])
	}
}

// add counts the directory of a row for each process that holds it, and for the one that its pidfile names.
func (hs *Holders) add(r *Row) {
	s := &r.searched
	owner := s.process // whom the pidfile names, if nobody holds the lock
	switch {
	case s.holds && s.alone:
		hs.count(r, s.process, lock.ProcessAlive).Holds++
		owner = 0
	case s.holds:
		owner = 0
		last := 0
		for _, h := range r.Report.Evidence.Holders { // in order of PID, once for each descriptor
			if pid := h.Process.PID; pid != last {
				hs.count(r, int32(pid), lock.ProcessAlive).Holds++
				last = pid
			}
		}
		if o := r.Report.Evidence.Owner; o != nil && !show.Holds(r.Report, o.PID) {
			owner = int32(o.PID)
		}
	}
	switch {
	case s.named == 0 || s.namedHolds:
	case s.namedState.Exited():
		hs.count(r, s.named, s.namedState)
	case owner != 0:
		hs.count(r, owner, lock.ProcessAlive)
	case !s.holds:
		hs.count(r, s.named, lock.ProcessGone)
	}
}

// count counts a directory for a process.
func (hs *Holders) count(r *Row, pid int32, state lock.ProcessState) *Holder {
	h := hs.find(pid, state)
	if h == nil {
		if len(hs.free) == 0 {
			hs.free = make([]Holder, 256)
		}
		h, hs.free = &hs.free[0], hs.free[1:]
		h.PID = int(pid)
		hs.put(h, state)
	}
	h.State, h.row = state, r
	h.Directories++
	h.Counts[r.Class]++
	return h
}

// find is the holder with a PID, or nil.
func (hs *Holders) find(pid int32, state lock.ProcessState) *Holder {
	if pid > maxPID {
		return hs.odd[pid]
	}
	return hs.of(state).get(int(pid))
}

func (hs *Holders) put(h *Holder, state lock.ProcessState) {
	if h.PID <= maxPID {
		*hs.of(state).at(int32(h.PID)) = h
		return
	}
	if hs.odd == nil {
		hs.odd = map[int32]*Holder{}
	}
	hs.odd[int32(h.PID)] = h
}

// of are those that are gone, or the others.
func (hs *Holders) of(state lock.ProcessState) *pidTable {
	if state.Exited() {
		return &hs.gone
	}
	return &hs.alive
}

// Again is the process that has the PID of one that is no more: the same process, once it is gone.
func (hs *Holders) Again(h *Holder) *Holder {
	if h.Directories > 0 {
		return h
	}
	return hs.find(int32(h.PID), lock.ProcessGone)
}

// worst is the most severe class of its directories.
func (h *Holder) worst() show.Class {
	for c, n := range h.Counts {
		if n > 0 {
			return show.Class(c)
		}
	}
	return show.NoClass
}
