package scan

import (
	"testing"

	"lockscope/lock/locktest"
	"lockscope/scan/report"
)

// Two looks that find the same settle it, and nothing less.
func TestSettleAgreed(t *testing.T) {
	for name, change := range map[string]func(*report.Evidence){
		"mismatch": func(*report.Evidence) {},
		"unnamed":  noPidfile,
	} {
		var s settling
		if s.add(glimpse(change)) {
			t.Errorf("%s: settled at the first look", name)
		}
		second := glimpse(change)
		if !s.add(second) || second.Changing {
			t.Errorf("%s: not settled at the second look, which found the same", name)
		}
	}
}

// Two looks do not agree where anything shows that another acquire came in between.
func TestSettleDisagreed(t *testing.T) {
	for name, change := range map[string]func(*report.Evidence){
		"lock file replaced":     func(ev *report.Evidence) { ev.Lock.ID.Ino++ },
		"lock on another device": func(ev *report.Evidence) { ev.Lock.ID.Dev++ },
		"another holder": func(ev *report.Evidence) {
			ev.Holders = []report.Holder{{Process: &report.Process{PID: 4, Ticks: 100}, FD: 7}}
		},
		"same PID, other process": func(ev *report.Evidence) {
			ev.Holders = []report.Holder{{Process: &report.Process{PID: 4410, Ticks: 101}, FD: 7}}
		},
		"same process, locked new": func(ev *report.Evidence) {
			ev.Holders = []report.Holder{{Process: &report.Process{PID: 4410, Ticks: 100}, FD: 8}}
		},
		"one more holder": func(ev *report.Evidence) {
			ev.Holders = append(ev.Holders, report.Holder{Process: &report.Process{PID: 9034, Ticks: 7}, FD: 7})
		},
		"no holder":                func(ev *report.Evidence) { ev.Holders = nil },
		"pidfile replaced":         func(ev *report.Evidence) { ev.Pidfile.ID.Ino++ },
		"pidfile written":          func(ev *report.Evidence) { ev.Pidfile.ID.MTime++ },
		"pidfile of another size":  func(ev *report.Evidence) { ev.Pidfile.ID.Size++ },
		"pidfile gone":             noPidfile,
		"pidfile gone and written": func(ev *report.Evidence) { noPidfile(ev); ev.Dir.MTime++ },
	} {
		t.Run(name, func(t *testing.T) {
			var s settling
			s.add(glimpse())
			if s.add(glimpse(change)) {
				t.Error("settled by a second look that found something else")
			}
			if !s.add(glimpse(change)) {
				t.Error("not settled by a third that found the same as the second")
			}
		})
	}
}

// What is no part of the episode does not keep it from settling: the lock
// file's own times, the directory's while there is a pidfile, and what was asked later.
func TestSettleUnmoved(t *testing.T) {
	for name, change := range map[string]func(*report.Evidence){
		"directory written to": func(ev *report.Evidence) { ev.Dir.MTime++ },
		"lock file touched":    func(ev *report.Evidence) { ev.Lock.ID.MTime++ },
		"other source":         func(ev *report.Evidence) { ev.Source = report.SourceTable },
	} {
		var s settling
		s.add(glimpse())
		if !s.add(glimpse(change)) {
			t.Errorf("%s: not settled", name)
		}
	}
}

// Without a pidfile, an acquire leaves no trace but the directory's mtime, and
// so does a daemon that only writes there: it takes ten looks in a row that otherwise agree.
func TestSettleWritten(t *testing.T) {
	var s settling
	for look := 1; look < maxLooks; look++ {
		if s.add(glimpse(noPidfile, func(ev *report.Evidence) { ev.Dir.MTime += int64(look) })) {
			t.Fatalf("settled at look %d", look)
		}
	}
	if last := glimpse(noPidfile); !s.add(last) || last.Changing {
		t.Error("ten looks agree, and it is not settled")
	}

	s = settling{}
	for look := range maxLooks - 1 {
		s.add(glimpse(noPidfile, func(ev *report.Evidence) { ev.Dir.MTime += int64(look) }))
	}
	if s.add(glimpse(noPidfile, func(ev *report.Evidence) { ev.Dir.MTime, ev.Holders[0].FD = 5000, 8 })) {
		t.Error("settled though the tenth look differs")
	}
}

// A directory that differs at every look is said to be changing in the end.
func TestSettleChanging(t *testing.T) {
	var s settling
	for look := 1; ; look++ {
		if look > 2*maxLooks {
			t.Fatalf("%d looks, and no end", look)
		}
		ev := glimpse(func(ev *report.Evidence) { ev.Pidfile.ID.Ino += uint64(look) })
		if s.add(ev) {
			if !ev.Changing || look <= maxLooks {
				t.Errorf("settled at look %d, changing %t", look, ev.Changing)
			}
			if v := report.Classify(ev); v.State != report.Held || !v.Reasons.Has(report.Changing) {
				t.Errorf("%v %v", v.State, v.Reasons.List())
			}
			return
		}
		if ev.Changing {
			t.Fatalf("changing at look %d, and yet not settled", look)
		}
	}
}

// What may be a moment of the protocol is looked at again when that would be over.
func TestSecondLookWaits(t *testing.T) {
	world, root := locktest.TestWorld(t), t.TempDir()
	site := play(t, world, root, locktest.UnnamedPlain)
	w := startWatch(t, Config{Roots: []string{root}})
	w.untilState(t, site.Dir, report.Unnamed)
	changes := w.changes(site.Dir)
	first, last := changes[0], changes[len(changes)-1]
	if waited := last.Report.Observed.Sub(first.Report.Observed); !first.Report.Checking || waited < secondLookAfter {
		t.Errorf("%v between the first look (checking: %t) and the last of %d", waited, first.Report.Checking, len(changes))
	}
}
