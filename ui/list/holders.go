package list

import (
	"cmp"
	"slices"
	"strings"
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
	alive, gone map[int32]*Holder // by PID
	all         []*Holder
	free        []Holder // to be used: they are allocated by the hundred
}

// Gather gathers the processes behind the directories of a list, filtered or not, with what the log
// knows of them.
func (hs *Holders) Gather(l *List, log *Log) {
	if hs.alive == nil {
		hs.alive, hs.gone = map[int32]*Holder{}, map[int32]*Holder{}
	}
	for _, h := range hs.all {
		h.Directories, h.Holds, h.Counts = 0, 0, [show.ClassCount]int32{}
	}
	for _, r := range l.sorted {
		hs.add(r)
	}
	hs.all = slices.DeleteFunc(hs.all, func(h *Holder) bool {
		if h.Directories == 0 {
			delete(hs.of(h.State), int32(h.PID))
		}
		return h.Directories == 0
	})
	for _, h := range hs.all {
		h.Worst = h.worst()
		h.Handoffs = 0
		if log.tookPart(h.PID) {
			h.Handoffs = log.Handoffs(h.PID, h.Started())
		}
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
	byPID := hs.of(state)
	h := byPID[pid]
	if h == nil {
		if len(hs.free) == 0 {
			hs.free = make([]Holder, 256)
		}
		h, hs.free = &hs.free[0], hs.free[1:]
		h.PID = int(pid)
		byPID[pid] = h
		hs.all = append(hs.all, h)
	}
	h.State, h.row = state, r
	h.Directories++
	h.Counts[r.Class]++
	return h
}

// of are those that are gone, or the others.
func (hs *Holders) of(state lock.ProcessState) map[int32]*Holder {
	if state.Exited() {
		return hs.gone
	}
	return hs.alive
}

// Again is the process that has the PID of one that is no more: the same process, once it is gone.
func (hs *Holders) Again(h *Holder) *Holder {
	if h.Directories > 0 {
		return h
	}
	return hs.gone[int32(h.PID)]
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

// HolderColumn is what holders are sorted by.
type HolderColumn uint8

const (
	HolderWorst       HolderColumn = iota // the worst first, of these the one with the most directories
	HolderPID                             // the lowest first
	HolderDirectories                     // the most first
	HolderHandoffs                        // the most first
	HolderUser
	HolderStarted // the youngest first
	HolderCommand
	HolderColumns
)

// Sorted are the holders that match a filter, in an order.
func (hs *Holders) Sorted(f *Filter, by HolderColumn, reverse bool) []*Holder {
	keys := make([]holderKey, 0, len(hs.all))
	for _, h := range hs.all {
		if f.Holder(h) {
			keys = append(keys, h.key(by))
		}
	}
	slices.SortFunc(keys, func(a, b holderKey) int {
		c := cmp.Compare(a.number, b.number)
		if c == 0 && by >= HolderUser {
			c = compareHolders(a.holder, b.holder, by)
		}
		if c == 0 {
			c = cmp.Compare(a.holder.PID, b.holder.PID)
		}
		if reverse {
			return -c
		}
		return c
	})
	out := make([]*Holder, len(keys))
	for i := range keys {
		out[i] = keys[i].holder
	}
	return out
}

// holderKey is what a holder is sorted by.
type holderKey struct {
	number uint64 // decides, unless equal
	holder *Holder
}

func (h *Holder) key(by HolderColumn) holderKey {
	k := holderKey{holder: h}
	switch by {
	case HolderWorst:
		k.number = uint64(h.Worst)<<32 | uint64(1<<32-1-h.Directories)
	case HolderDirectories:
		k.number = uint64(1<<32 - 1 - h.Directories)
	case HolderHandoffs:
		k.number = uint64(1<<32 - 1 - h.Handoffs)
	case HolderUser:
		k.number = beginning(h.User())
	case HolderStarted:
		k.number = ^uint64(h.Started().Unix())
	case HolderCommand:
		k.number = beginning(h.Command())
	}
	return k
}

// compareHolders compares what are texts.
func compareHolders(a, b *Holder, by HolderColumn) int {
	switch by {
	case HolderUser:
		return strings.Compare(a.User(), b.User())
	case HolderCommand:
		return strings.Compare(a.Command(), b.Command())
	}
	return 0
}
