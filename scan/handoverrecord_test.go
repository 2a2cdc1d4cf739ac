package scan

import (
	"testing"
	"time"

	"lockscope/lock"
	"lockscope/scan/notify"
	"lockscope/scan/report"
)

// Who had the lock at the last look may have it no more, where something was not told since, or was told of
// another directory.
func TestOwnerIsUnknown(t *testing.T) {
	watch, other := &notify.Watch{}, &notify.Watch{}
	entries := []notify.Entry{{Name: lock.DefaultNames.Pidfile, Change: notify.Deleted, When: read(10)}}
	for name, test := range map[string]struct {
		event notify.DirEvent
		moved bool
		lost  time.Time
		known bool
	}{
		"known":                         {event: notify.DirEvent{Watch: watch, Entries: entries}, lost: at(-10), known: true},
		"cut":                           {event: notify.DirEvent{Watch: watch, Entries: entries, Cut: true}},
		"lost":                          {event: notify.DirEvent{Watch: watch, Entries: entries, Lost: notify.Noisy}},
		"of another directory":          {event: notify.DirEvent{Watch: other, Entries: entries}},
		"something moved before":        {event: notify.DirEvent{Watch: watch, Entries: entries}, moved: true},
		"something was lost since then": {event: notify.DirEvent{Watch: watch, Entries: entries}, lost: at(5)},
	} {
		rec := &record{watch: watch}
		rec.apply(lookedAt(0, func(ev *report.Evidence) { named(ev); ev.Process = lock.ProcessAlive }))
		if test.moved {
			rec.noteMove(at(5))
		}
		rec.noteEntries(lock.DefaultNames, test.event, test.lost)
		if known := rec.handover != nil && rec.handover.owner != nil; known != test.known {
			t.Errorf("%s: known %t, want %t", name, known, test.known)
		}
	}
}

// A hand-off of a directory that two paths lead to is told once, by the first of them, also where the second has
// come since the last walk.
func TestHandoffByTwoPaths(t *testing.T) {
	at := func(path string, dir lock.FileID) *record {
		return &record{path: path, report: &report.Report{Evidence: report.Evidence{Evidence: lock.Evidence{Dir: dir}}}, handover: &handover{}}
	}
	for _, test := range []struct {
		before, now *record
		kept        [2]bool
	}{
		{nil, at("/srv/a", dirID(7)), [2]bool{false, true}},
		{at("/srv/a", dirID(7)), at("/srv/b", dirID(8)), [2]bool{true, true}},
		{at("/srv/a", dirID(7)), at("/srv/b", dirID(7)), [2]bool{true, false}},
		{at("/srv/b", dirID(7)), at("/srv/a", dirID(7)), [2]bool{false, true}},
		{at("/srv/a", lock.FileID{}), at("/srv/b", lock.FileID{}), [2]bool{true, true}}, // unknown
	} {
		test.now.keepOneHandover(test.before)
		got := [2]bool{test.before != nil && test.before.handover != nil, test.now.handover != nil}
		if got != test.kept {
			t.Errorf("%s after %v: kept %v, want %v", test.now.path, test.before, got, test.kept)
		}
	}
}
