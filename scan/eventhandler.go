package scan

import (
	"time"

	"lockscope/lock/proc"
	"lockscope/scan/notify"
)

// noteEvents puts on the agenda what moved.
func (m *Monitor) noteEvents(b notify.Batch) {
	h := eventHandler{m: m, at: time.Now(), remounted: !b.Mounts.IsZero() && m.readMounts()}
	m.change(func(a *agenda) {
		for _, d := range b.Dirs {
			switch key := d.Watch.Key.(type) {
			case passedPath:
				h.passed(a, d, key)
			case string:
				h.dir(a, d, key)
			}
		}
		h.ends(a, b.Ends)
		h.everywhere(a, b.Overflow)
	})
	m.findNewOwners(h.newPidfiles)
}

// eventHandler takes in one batch of events. The Monitor's mu is held meanwhile.
type eventHandler struct {
	m         *Monitor
	at        time.Time
	remounted bool // mounts have changed that may matter to the roots

	newPidfiles []*record // those to which a pidfile has come whose owner is to be found out
	before      *record   // the one that the event before was about
}

// passed takes in what happened to a directory that walks pass through.
func (h *eventHandler) passed(a *agenda, d notify.DirEvent, key passedPath) {
	// A watch that was given up since there are too many says nothing of the tree.
	a.treeMoved = a.treeMoved || d.Lost != notify.Budget && d.Lost != notify.NoSpace
	a.treeWatched = a.treeWatched && d.Lost == 0
	if d.Lost != 0 || !d.Moved.IsZero() {
		h.m.events.forgetPassed(key)
	}
}

// dir takes in what happened to a data directory.
func (h *eventHandler) dir(a *agenda, d notify.DirEvent, path string) {
	m := h.m
	rec := m.records.find(path)
	if d.Lost != 0 {
		m.events.lost[d.Watch] = true
		if rec != nil && rec.watch == d.Watch {
			rec.watch, rec.polled = nil, polledBecause[d.Lost] // until it is observed again
			m.records.noteDue(rec)
		}
	}
	if rec == nil {
		m.events.moved[path] = true
		return
	}
	switch {
	case a.interval == 0: // nobody is to look whose pidfile has come
		rec.handover = nil
	case rec.noteEntries(m.cfg.Names, d, a.lost):
		h.newPidfiles = append(h.newPidfiles, rec)
	}
	rec.keepOneHandover(h.before)
	h.before = rec
	a.move(rec, h.at)
}

// ends takes in which processes have ended.
func (h *eventHandler) ends(a *agenda, ends []notify.ProcessEnd) {
	if len(ends) == 0 {
		return
	}
	ended := map[proc.Process]notify.ProcessEnd{}
	for _, e := range ends {
		ended[e.Process] = e
	}
	for rec := range h.m.records.all() {
		if rec.noteEnds(ended) {
			a.move(rec, h.at)
		}
		if rec.handover.awaitsOwner() {
			h.newPidfiles = append(h.newPidfiles, rec)
		}
	}
}

// everywhere takes in what may concern all directories: mounts have changed, or events were lost, at the
// time overflow unless that is zero.
func (h *eventHandler) everywhere(a *agenda, overflow time.Time) {
	lost := !overflow.IsZero()
	if lost { // what was lost is not known
		for rec := range h.m.records.all() {
			rec.handover = nil
		}
		h.newPidfiles = nil
	}
	a.lost = later(a.lost, overflow)
	// What a mount covers now makes events no more, and below what it shows there may be directories.
	a.allMoved = a.allMoved || h.remounted || lost
	a.treeMoved = a.treeMoved || h.remounted || lost
}

// readMounts reads the mounts, which have changed, and reports whether that may matter to the roots. Where one
// could not be opened, any mount may be what it waits for.
func (m *Monitor) readMounts() (changed bool) {
	m.mu.Lock()
	roots := m.walkedRoots
	m.mu.Unlock()
	if roots == nil || len(roots.Open) < len(m.cfg.Roots) {
		m.observer.ReadMounts(nil)
		return true
	}
	return m.observer.ReadMounts(roots.RealPaths())
}
