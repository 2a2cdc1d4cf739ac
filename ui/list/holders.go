package list

import (
	"maps"
	"slices"
	"strings"
	"time"

	"lockscope/lock"
	"lockscope/scan/report"
	"lockscope/ui/show"
)

// Holder is a process that holds locks, or that pidfiles name. It stays the same while the list changes.
type Holder struct {
	Host        string // as in its reports
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
	fleet bool           // every report has a host: else none has, and to read that takes as long as the rest
	hosts []*hostHolders // in order of their names
	last  *hostHolders   // that was asked for last: rows mostly are of the same host as the one before
	all   []*Holder      // in order of host and PID
	free  []Holder       // to be used: they are allocated by the hundred
}

// hostHolders are those on one host.
type hostHolders struct {
	host        string
	alive, gone pidTable
	odd         map[int32]*Holder // those that are gone, by numbers higher than any PID
}

// on has the holders on a host. A host stays known once it was.
func (hs *Holders) on(host string) *hostHolders {
	if hs.last != nil && hs.last.host == host {
		return hs.last
	}
	at, known := slices.BinarySearchFunc(hs.hosts, host, func(h *hostHolders, host string) int { return strings.Compare(h.host, host) })
	if !known {
		hs.hosts = slices.Insert(hs.hosts, at, &hostHolders{host: host})
	}
	hs.last = hs.hosts[at]
	return hs.last
}

// Gather gathers the processes behind the directories of a list, filtered or not, with what the log
// knows of them.
func (hs *Holders) Gather(l *List, log *Log) {
	for _, h := range hs.all {
		h.Directories, h.Holds, h.Counts = 0, 0, [show.ClassCount]int32{}
	}
	hs.fleet = len(l.sorted) > 0 && l.sorted[0].Report.Host != ""
	for _, r := range l.sorted {
		hs.add(r)
	}
	hs.all = hs.all[:0]
	for _, on := range hs.hosts {
		hs.all = on.collect(hs.all)
	}
	for _, h := range hs.all {
		h.Worst = h.worst()
		h.Handoffs = 0
		if pid := (hostPID{h.Host, h.PID}); log.tookPart(pid) {
			h.Handoffs = log.Handoffs(pid, h.Started())
		}
	}
}

// collect appends those that still are holders, in order of PID, and forgets the others.
func (on *hostHolders) collect(all []*Holder) []*Holder {
	for page := range max(len(on.alive.pages), len(on.gone.pages)) {
		for i := range pidPage {
			all = on.alive.collect(all, page, i)
			all = on.gone.collect(all, page, i)
		}
	}
	maps.DeleteFunc(on.odd, func(_ int32, h *Holder) bool { return h.Directories == 0 })
	odd := slices.Collect(maps.Values(on.odd))
	slices.SortFunc(odd, func(a, b *Holder) int { return a.PID - b.PID })
	return append(all, odd...)
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
	host := ""
	if hs.fleet {
		host = r.Report.Host
	}
	on := hs.on(host)
	h := on.find(pid, state)
	if h == nil {
		if len(hs.free) == 0 {
			hs.free = make([]Holder, 256)
		}
		h, hs.free = &hs.free[0], hs.free[1:]
		h.Host, h.PID = on.host, int(pid)
		on.put(h, state)
	}
	h.State, h.row = state, r
	h.Directories++
	h.Counts[r.Class]++
	return h
}

// find is the holder with a PID, or nil.
func (on *hostHolders) find(pid int32, state lock.ProcessState) *Holder {
	if pid > maxPID {
		return on.odd[pid]
	}
	return on.of(state).get(int(pid))
}

func (on *hostHolders) put(h *Holder, state lock.ProcessState) {
	if h.PID <= maxPID {
		*on.of(state).at(int32(h.PID)) = h
		return
	}
	if on.odd == nil {
		on.odd = map[int32]*Holder{}
	}
	on.odd[int32(h.PID)] = h
}

// of are those that are gone, or the others.
func (on *hostHolders) of(state lock.ProcessState) *pidTable {
	if state.Exited() {
		return &on.gone
	}
	return &on.alive
}

// Again is the process that has the PID of one that is no more: the same process, once it is gone.
func (hs *Holders) Again(h *Holder) *Holder {
	if h.Directories > 0 {
		return h
	}
	return hs.on(h.Host).find(int32(h.PID), lock.ProcessGone)
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
