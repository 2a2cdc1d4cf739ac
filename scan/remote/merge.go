package remote

import (
	"maps"
	"slices"
	"sync"
	"time"

	"lockscope/scan/report"
)

// merge makes one stream of updates of what the members of a fleet tell. What several of them tell in a short
// time, or one of them about the same directory, becomes one update: so the memory is bounded however fast they
// tell and however slow the reader is.
type merge struct {
	began       time.Time
	hold        bool // changes wait for the first summary
	summaryOnly bool // summaries, and hosts that were lost, are all that is told
	wake        chan struct{}

	mu       sync.Mutex
	members  map[string]*member
	changes  []report.Change    // that wait
	at       map[string]waiting // by key: those that wait
	gone     map[string]bool    // keys that wait, of what the reader knows
	handoffs []report.Handoff
	errors   []report.PathError // that wait, before the first summary: the first of them
	errSize  int                // bytes of their texts

	roots      map[string][]string // the first ones of each member, by its name
	errorsLeft bool                // some were left out of these
	interval   time.Duration
	complete   bool          // every member has told all, or was lost
	ended      chan struct{} // closed then
	walked     bool          // that was told
	due        bool          // a summary waits
	relist     bool          // the list of errors is not what was told last
}

// waiting is a change that waits.
type waiting struct {
	i     int  // where in changes
	known bool // the reader was told of the directory before
}

// member is what is known of one member of a fleet.
type member struct {
	told     bool // all that it has, for the first time; or it was lost
	lost     bool
	summary  report.Summary
	errors   []report.PathError // as of its last walk
	fresh    []report.PathError // of this host: since its last walk ended
	walked   bool               // of this host: there was a walk since the last pass ended
	progress report.Progress
}

func newMerge(members []string, hold, summaryOnly bool) *merge {
	m := &merge{
		began: time.Now(), hold: hold, summaryOnly: summaryOnly,
		wake: make(chan struct{}, 1), ended: make(chan struct{}),
		members: map[string]*member{}, roots: map[string][]string{}, at: map[string]waiting{}, gone: map[string]bool{},
	}
	for _, name := range members {
		m.members[name] = &member{}
	}
	return m
}

// put takes in what a host told, and what is known of it after that. recount is for when its numbers are to be
// taken anew: for each directory that would take too long.
func (m *merge) put(name string, u report.Update, of *mirror, recount bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	defer m.signal()
	h := m.members[name]
	m.add(&u)
	if len(u.Errors) > 0 || len(of.errors) != len(h.errors) {
		h.errors, m.relist, m.due = slices.Clip(of.errors), true, true
		h.summary.Errors = len(h.errors)
	}
	h.progress = report.Progress{}
	if !of.whole {
		h.progress = u.Progress
	}
	if u.Summary != nil {
		h.told = true
	}
	if u.Summary != nil || slices.Contains(u.Gone, name) {
		h.lost = false
	}
	if recount {
		h.summary = of.counts()
		h.summary.States = maps.Clone(h.summary.States)
		m.due = true
	}
}

// looksBelow takes in which roots a member has.
func (m *merge) looksBelow(name string, roots []string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.roots = maps.Clone(m.roots) // summaries have the former one
	m.roots[name] = roots[:min(len(roots), report.MaxRoots)]
}

// lost takes in that a host was lost.
func (m *merge) lost(name string, r *report.Report, s report.Summary) {
	m.mu.Lock()
	defer m.mu.Unlock()
	defer m.signal()
	h := m.members[name]
	m.add(&report.Update{Changes: []report.Change{{Report: r, New: !h.lost, From: report.Unknown}}})
	h.told, h.lost, h.progress, h.summary = true, true, report.Progress{}, s
	h.summary.States = maps.Clone(s.States)
	m.due = true
}

// putHere takes in an update of this host's monitor.
func (m *merge) putHere(name string, u report.Update) {
	m.mu.Lock()
	defer m.mu.Unlock()
	defer m.signal()
	h := m.members[name]
	m.add(&u)
	h.fresh = append(h.fresh, u.Errors...)
	if u.Progress != (report.Progress{}) {
		h.progress, h.walked = u.Progress, true
	}
	if u.Interval != 0 {
		m.interval = u.Interval
	}
	if u.Summary == nil {
		return
	}
	if h.walked || !h.told {
		h.errors, h.fresh, m.relist = h.fresh, nil, true
	}
	h.told, h.walked, h.summary = true, false, *u.Summary
	m.due = true
}

// add adds what an update has of directories to what waits. The caller holds mu.
func (m *merge) add(u *report.Update) {
	for _, c := range u.Changes {
		if m.summaryOnly && c.Report.Path != "" {
			continue
		}
		key := c.Report.Key()
		if w, waits := m.at[key]; waits {
			m.changes[w.i].Report = c.Report
			continue
		}
		m.at[key] = waiting{len(m.changes), !c.New || m.gone[key]}
		m.changes = append(m.changes, c)
		delete(m.gone, key)
	}
	for _, key := range u.Gone {
		m.remove(key)
	}
	m.handoffs = append(m.handoffs, u.Handoffs...)
	m.handoffs = m.handoffs[max(len(m.handoffs)-maxHandoffs, 0):]
	for _, e := range u.Errors {
		size := len(e.Path) + len(e.Error())
		if m.complete || len(m.errors) >= maxErrors || m.errSize+size > maxErrorBytes {
			m.errorsLeft = m.errorsLeft || !m.complete // they are told with the summary
			break
		}
		m.errors, m.errSize = append(m.errors, e), m.errSize+size
	}
}

// remove takes in that a directory is gone. One that the reader was never told of leaves nothing behind: a host
// may tell of new ones and take them back without end. The caller holds mu.
func (m *merge) remove(key string) {
	w, waits := m.at[key]
	if waits {
		last := len(m.changes) - 1
		moved := m.changes[last]
		m.changes[w.i], m.changes[last] = moved, report.Change{}
		m.changes = m.changes[:last]
		m.at[moved.Report.Key()] = waiting{w.i, m.at[moved.Report.Key()].known}
		delete(m.at, key)
	}
	_, path := report.SplitKey(key)
	if waits && w.known || !waits && !(m.summaryOnly && path != "") {
		m.gone[key] = true
	}
}

// tick has a summary told, also while nobody tells anything: that says that the fleet is still watched.
func (m *merge) tick() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.due = true
	m.signal()
}

// signal says that something waits.
func (m *merge) signal() {
	select {
	case m.wake <- struct{}{}:
	default:
	}
}

// take returns what waits. filled is false if that is nothing.
func (m *merge) take() (u report.Update, filled bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.complete && !slices.ContainsFunc(slices.Collect(maps.Values(m.members)), func(h *member) bool { return !h.told }) {
		m.complete, m.due = true, true
		defer close(m.ended)
		m.relist = m.errorsLeft // else they were told as they came
	}
	if m.complete || !m.hold {
		u.Changes = m.changes
		u.Gone = slices.Sorted(maps.Keys(m.gone))
		m.changes, m.at, m.gone = nil, map[string]waiting{}, map[string]bool{}
	}
	u.Handoffs, u.Errors, u.Interval = m.handoffs, m.errors, m.interval
	m.handoffs, m.errors, m.errSize, m.interval = nil, nil, 0, 0
	u.Progress = m.progress()
	if m.complete && m.due {
		s := m.summarize()
		u.Summary = &s
		if m.relist {
			u.Errors = m.allErrors()
			u.Progress.Visited = max(u.Progress.Visited, 1)
		}
		m.due, m.relist = false, false
	}
	return u, len(u.Changes)+len(u.Gone)+len(u.Handoffs)+len(u.Errors) > 0 || u.Summary != nil || u.Interval != 0 || u.Progress != report.Progress{}
}
