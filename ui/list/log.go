package list

import (
	"maps"
	"slices"
	"time"

	"lockscope/scan/report"
	"lockscope/ui/show"
)

// Log is what happened to the directories. It keeps the latest, of problems and of the rest so many of
// each: neither pushes out the other. Its zero value is empty.
type Log struct {
	lines   []*Line         // the oldest first
	open    map[alike]*Line // of the last minute
	kinds   map[alike]int   // how many of these lines there are that differ in what they rest on alone
	number  uint64          // of the newest line
	changes uint64
	dropped int

	histories histories
	handoffs  map[hostPID]handoffs
}

// Line is what happened alike in one second. Others than the log only read it.
type Line struct {
	Events   []*Event // the oldest first
	Mixed    bool     // what they rest on differs
	Number   uint64   // newer lines have higher ones
	Unfolded bool     // by the user

	dropped bool
}

// alike is what events have in common that are one line.
type alike struct {
	second         int64 // in which they happened
	from, to       show.Class
	fromPID, toPID int // of hand-offs and holders
	cause          string
	outcome        report.Outcome
	kind           eventKind
}

type eventKind uint8

const (
	kindChange eventKind = iota
	kindHolders
	kindHandoff
	kindRollback
	kindAttempt
	kindHost
)

func (e *Event) alike() alike {
	k := alike{second: e.At.Unix(), from: e.From, to: e.To, cause: e.Cause, fromPID: e.FromPID, toPID: e.ToPID}
	switch {
	case e.Attempt != nil:
		k.kind, k.outcome = kindAttempt, e.Attempt.Outcome
	case e.Handoff != nil && e.Handoff.RolledBack:
		k.kind = kindRollback
	case e.Handoff != nil:
		k.kind = kindHandoff
	case e.Holders():
		k.kind = kindHolders
	case e.OfHost():
		k.kind = kindHost
	default:
		k.fromPID, k.toPID = 0, 0
	}
	if e.To == show.ClassOfState(report.Free) { // whoever held it
		k.cause = ""
	}
	return k
}

// withoutCause is what they have in common whatever they rest on.
func (k alike) withoutCause() alike {
	k.fromPID, k.toPID, k.cause = 0, 0, ""
	return k
}

// Lines are all that are kept, the oldest first.
func (l *Log) Lines() []*Line { return l.lines }

// Dropped is how many events are kept no longer.
func (l *Log) Dropped() int { return l.dropped }

// Changes is how often the log changed: equal numbers say that it did not.
func (l *Log) Changes() uint64 { return l.changes }

// AddAttempt takes in what came of an attempt.
func (l *Log) AddAttempt(at time.Time, path string, a report.Attempt) {
	l.Add(at, []*Event{{At: at, Path: path, From: show.NoClass, To: show.NoClass, Cause: show.AttemptText(&a), Attempt: &a}})
}

// Add takes in what happened. The log shares the events from now on.
func (l *Log) Add(now time.Time, events []*Event) {
	if len(events) == 0 {
		return
	}
	l.changes++
	oldest := now.Add(-openTime).Unix()
	maps.DeleteFunc(l.open, func(k alike, _ *Line) bool { return k.second < oldest })
	maps.DeleteFunc(l.kinds, func(k alike, _ int) bool { return k.second < oldest })
	for _, e := range events {
		if e.Handoff != nil {
			l.replace(e)
			l.count(e.Handoff)
		}
		l.histories.add(e)
		l.add(e)
	}
	l.forget(true)
	l.forget(false)
}

// add puts an event on the line of those alike. Where these come to many lines the others share one.
func (l *Log) add(e *Event) {
	if l.open == nil {
		l.open, l.kinds = map[alike]*Line{}, map[alike]int{}
	}
	key := e.alike()
	rough := key.withoutCause()
	mixed := l.open[key] == nil && l.kinds[rough] >= maxAlike
	if mixed {
		key = rough
	}
	line := l.open[key]
	if line == nil {
		l.number++
		line = &Line{Number: l.number}
		l.open[key] = line
		l.lines = append(l.lines, line)
		l.kinds[rough]++
	}
	line.Mixed = line.Mixed || mixed
	line.Events = append(line.Events, e)
	e.line = line
}

// replace takes away the change of holder that a hand-off tells better.
func (l *Log) replace(e *Event) {
	h := l.histories.byPath[e.Path]
	if h == nil {
		return
	}
	last := h.Events[len(h.Events)-1]
	if last.Handoff != nil || last.Attempt != nil || last.To != held || last.ToPID != e.ToPID {
		return
	}
	h.removeLast()
	line := last.line
	line.Events = slices.DeleteFunc(line.Events, func(other *Event) bool { return other == last })
	if len(line.Events) == 0 {
		l.lines = slices.DeleteFunc(l.lines, func(other *Line) bool { return other == line })
		maps.DeleteFunc(l.open, func(_ alike, other *Line) bool { return other == line })
	}
}

// forget drops what is too much of the problems, or of the rest: the oldest, but never the newest line.
func (l *Log) forget(problems bool) {
	lines, events := 0, 0
	for _, line := range l.lines {
		if line.Events[0].Problem() == problems {
			lines++
			events += len(line.Events)
		}
	}
	if lines <= maxLines && events <= maxEvents {
		return
	}
	l.lines = slices.DeleteFunc(l.lines, func(line *Line) bool {
		if line.Events[0].Problem() != problems || lines <= 1 || lines <= maxLines && events <= maxEvents {
			return false
		}
		lines--
		events -= len(line.Events)
		l.dropped += len(line.Events)
		line.dropped = true
		return true
	})
	maps.DeleteFunc(l.open, func(_ alike, line *Line) bool { return line.dropped })
}
