package ui

import (
	"slices"
	"time"

	"lockscope/scan/report"
	"lockscope/ui/list"
)

// event is something to remember of a directory: a change, or an attempt to break its lock.
type event struct {
	at      time.Time
	change  list.Event      // of an attempt it has the path alone
	attempt *report.Attempt // nil for a change

	more  int       // hand-overs since the first, of which this is the last
	first time.Time // when that was
}

func (e *event) handOver() bool { return e.change.FromPID != e.change.ToPID }

// eventLog keeps the latest events, the oldest first.
type eventLog struct {
	events    []*event
	handOvers map[string]*event // the last event of a directory, if it is one
}

const (
	// maxEvents is how many events are kept: each keeps a report alive.
	maxEvents = 1000
	// handOverGap is how soon after the last hand-over another one is no new event.
	handOverGap = time.Minute
)

// add takes in new events. Hand-overs of one directory in quick succession become one
// event, and are the first to be forgotten: they push no problem out.
func (l *eventLog) add(events ...event) {
	for i := range events {
		e := &events[i]
		last := l.handOvers[e.change.Path]
		delete(l.handOvers, e.change.Path)
		if e.handOver() {
			if last != nil && e.at.Sub(last.at) < handOverGap {
				e.more, e.first = last.more+1, last.first
				at := slices.Index(l.events, last)
				l.events = slices.Delete(l.events, at, at+1)
			} else {
				e.first = e.at
			}
			if l.handOvers == nil {
				l.handOvers = map[string]*event{}
			}
			l.handOvers[e.change.Path] = e
		}
		l.events = append(l.events, e)
	}
	over := len(l.events) - maxEvents
	if over <= 0 {
		return
	}
	l.events = slices.DeleteFunc(l.events, func(e *event) bool {
		if over == 0 || !e.handOver() {
			return false
		}
		over--
		if l.handOvers[e.change.Path] == e {
			delete(l.handOvers, e.change.Path)
		}
		return true
	})
	l.events = slices.Delete(l.events, 0, over)
}
