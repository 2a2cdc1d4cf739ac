package scan

import (
	"errors"
	"sync"
	"sync/atomic"

	"lockscope/lock"
	"lockscope/scan/notify"
	"lockscope/scan/observe"
	"lockscope/scan/report"
)

// events puts on the agenda what the kernel tells: an entry of a watched directory came or went, or a
// process that a report names has ended. An event only says where to look: see package notify.
type events struct {
	source *notify.Source
	full   [notify.Passed + 1]atomic.Uint32 // by kind: the notify.Reason why no more watches are allowed; 0 = they are. See keepPassed

	mu     sync.Mutex
	passed map[passedPath]passedDir // the directories that walks passed through

	// What was told in this round and may concern a look whose result is not applied yet. The Monitor's mu
	// guards these.
	moved map[string]bool        // paths without a record at which something moved
	lost  map[*notify.Watch]bool // watches that were lost
}

// beginRound forgets what was told in the round before. The caller holds the Monitor's mu.
func (e *events) beginRound() {
	if e != nil {
		e.moved, e.lost = map[string]bool{}, map[*notify.Watch]bool{}
	}
}

// listen begins to listen to events. What it returns ends that.
//
// An event comes at the very moment in which one daemon hands over to another. A flock probe then could make
// the other's acquire fail. So where such a probe is made at once nothing is listened to.
func (m *Monitor) listen() (stop func()) {
	if m.cfg.Probe == observe.ProbeFlock {
		return func() {}
	}
	source, err := notify.New(notify.Config{Counts: m.cfg.Names.IsProtocol, Watches: m.cfg.MostWatches()})
	if err != nil {
		return func() {}
	}
	m.events = &events{source: source, passed: map[passedPath]passedDir{}}
	m.events.beginRound()
	if source.Stats().MountsErr == nil {
		m.observer.ReadMounts(nil)
	}
	quit, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case <-quit:
				return
			case <-source.Ready():
				m.noteEvents(source.Take())
			}
		}
	}()
	return func() {
		close(quit)
		<-ended
		source.Close()
	}
}

// arm begins a watch of the directory that d is open on. Whoever watches looks afterwards: what happens in
// between is told. It returns nil where there is no watch to be had, and why: then the directory is polled.
func (e *events) arm(d lock.Dir, kind notify.Kind, key any) (*notify.Watch, report.PolledBecause) {
	if full := notify.Reason(e.full[kind].Load()); full != 0 {
		return nil, polledBecause[full]
	}
	w, err := e.source.Watch(d.FD(), kind, key)
	var refused *notify.RefusedError
	switch {
	case err == nil:
		return w, report.NotPolled
	case !errors.As(err, &refused):
		return nil, report.PolledFailed
	case refused.Reason == notify.Budget || refused.Reason == notify.NoSpace:
		e.full[kind].Store(uint32(refused.Reason))
	}
	return nil, polledBecause[refused.Reason]
}

// polledBecause is why a directory is polled whose watch was refused or lost. One that was lost with its
// directory or its mount, or has lost its end, is watched anew when it is looked at next.
var polledBecause = [...]report.PolledBecause{
	notify.Budget: report.PolledBudget, notify.NoSpace: report.PolledNoSpace, notify.Noisy: report.PolledNoisy,
	notify.Denied: report.PolledDenied, notify.Unsupported: report.PolledNoEvents, notify.Failed: report.PolledFailed,
	notify.Removed: report.PolledFailed, notify.Unmounted: report.PolledFailed, notify.Dropped: report.PolledFailed,
}

func (e *events) unwatch(w *notify.Watch) {
	if e != nil && w != nil {
		e.source.Unwatch(w)
	}
}
