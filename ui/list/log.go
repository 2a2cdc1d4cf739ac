package list

import (
	"slices"
	"time"

	"lockscope/scan/report"
)

// Log is what happened to the directories: changes, and attempts to break a lock. It keeps the
// latest. Its zero value is empty.
type Log struct {
	entries   []*Entry          // the oldest first
	handOvers map[string]*Entry // by path: the last entry of a directory, if that is a hand-over
}

// Entry is one thing that happened. Others than the log only read it.
type Entry struct {
	At      time.Time
	Event   Event           // of an attempt it has the path alone
	Attempt *report.Attempt // nil for a change

	Times int       // of hand-overs: how many there were, of which this is the last; else 0
	First time.Time // of hand-overs: when the first was
}

// HandOver reports whether the lock went from one holder to another.
func (e *Entry) HandOver() bool { return e.Event.FromPID != e.Event.ToPID }

// Entries are all that is kept, the oldest first.
func (l *Log) Entries() []*Entry { return l.entries }

// AddAttempt takes in what came of an attempt.
func (l *Log) AddAttempt(at time.Time, path string, a report.Attempt) {
	l.add(&Entry{At: at, Event: Event{Path: path}, Attempt: &a})
	l.forget()
}

// AddEvents takes in what changed. Hand-overs of one directory in quick succession become one
// entry, and are the first to be forgotten: they push no problem out.
func (l *Log) AddEvents(at time.Time, events []Event) {
	for _, e := range events {
		l.add(&Entry{At: at, Event: e})
	}
	l.forget()
}

func (l *Log) add(e *Entry) {
	path := e.Event.Path
	last := l.handOvers[path]
	delete(l.handOvers, path)
	if e.HandOver() {
		e.Times, e.First = 1, e.At
		if last != nil && e.At.Sub(last.At) < handOverGap {
			e.Times, e.First = last.Times+1, last.First
			at := slices.Index(l.entries, last)
			l.entries = slices.Delete(l.entries, at, at+1)
		}
		if l.handOvers == nil {
			l.handOvers = map[string]*Entry{}
		}
		l.handOvers[path] = e
	}
	l.entries = append(l.entries, e)
}

// forget drops what is too much: first of the hand-overs, then of the rest, the oldest.
func (l *Log) forget() {
	over := len(l.entries) - maxEntries
	if over <= 0 {
		return
	}
	l.entries = slices.DeleteFunc(l.entries, func(e *Entry) bool {
		if over == 0 || !e.HandOver() {
			return false
		}
		over--
		if path := e.Event.Path; l.handOvers[path] == e {
			delete(l.handOvers, path)
		}
		return true
	})
	l.entries = slices.Delete(l.entries, 0, over)
}
