package scan

import (
	"time"

	"lockscope/lock/proc"
	"lockscope/scan/notify"
)

// noteEvents puts on the agenda what moved.
func (m *Monitor) noteEvents(b notify.Batch) {
	n := noting{m: m, at: time.Now(), remounted: !b.Mounts.IsZero() && m.readMounts()}
	m.change(func(a *agenda) {
		for _, d := range b.Dirs {
			switch key := d.Watch.Key.(type) {
			case passedPath:
				n.passed(a, d, key)
			case string:
				n.dir(a, d, key)
			}
		}
		n.ends(a, b.Ends)
		n.everywhere(a, b.Overflow)
	})
	m.lookWhoArrived(n.arrived)
}

// noting takes in a batch of events. The Monitor's mu is held meanwhile.
type noting struct {
	m         *Monitor
	at        time.Time
	remounted bool // mounts have changed that may matter to the roots

	arrived []*record // whose next pidfile is there
	before  *record   // the last one that was told of
}

// passed takes in what happened to a directory that walks pass through.
func (n *noting) passed(a *agenda, d notify.DirEvent, key passedPath) {
	// One that had to go for the watch of a data directory says nothing of the tree.
	a.treeMoved = a.treeMoved || d.Lost != notify.Budget && d.Lost != notify.NoSpace
	a.treeWatched = a.treeWatched && d.Lost == 0
	if d.Lost != 0 || !d.Moved.IsZero() {
		n.m.events.forgetPassed(key)
	}
}

// dir takes in what happened to a data directory.
func (n *noting) dir(a *agenda, d notify.DirEvent, path string) {
	m := n.m
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
	case a.interval == 0: // nobody is to look whose pidfile came
		rec.handover = nil
	case rec.noteEntries(m.cfg.Names, d, a.lost):
		n.arrived = append(n.arrived, rec)
	}
	rec.leaveToTwin(n.before)
	n.before = rec
	a.move(rec, n.at)
}

// ends takes in which processes have ended.
func (n *noting) ends(a *agenda, ends []notify.ProcessEnd) {
	if len(ends) == 0 {
		return
	}
	ended := map[proc.Process]notify.ProcessEnd{}
	for _, e := range ends {
		ended[e.Process] = e
	}
	for rec := range n.m.records.all() {
		if rec.noteEnds(ended) {
			a.move(rec, n.at)
		}
		if rec.handover.isArrived() {
			n.arrived = append(n.arrived, rec)
		}
	}
}

// everywhere takes in what may concern all directories: mounts have changed, or events were lost, at the time overflow
// unless that is zero.
func (n *noting) everywhere(a *agenda, overflow time.Time) {
	lost := !overflow.IsZero()
	if lost { // what was lost is not known
		for rec := range n.m.records.all() {
			rec.handover = nil
		}
		n.arrived = nil
	}
	a.lost = later(a.lost, overflow)
	// What a mount covers now makes events no more, and below what it shows there may be directories.
	a.allMoved = a.allMoved || n.remounted || lost
	a.treeMoved = a.treeMoved || n.remounted || lost
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
