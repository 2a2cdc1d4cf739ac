package scan

import (
	"fmt"
	"testing"
	"time"

	"lockscope/lock"
	"lockscope/scan/notify"
	"lockscope/scan/report"
)

// story is what happens to a directory, in milliseconds, with a read of events every two at the even ones:
// what happens at 5 is told at 6, and had not happened at 4.
type story struct {
	h     *handover
	files uint64 // pidfiles so far
	told  []string

	resumed time.Time // this program was stopped until then
}

var peers = map[string]*report.Process{
	"P": {PID: 1, Ticks: 1, Command: "p"}, "Q": {PID: 2, Ticks: 2, Command: "q"}, "R": {PID: 3, Ticks: 3, Command: "r"},
}

func at(ms int) time.Time { return firstLook.Add(time.Duration(ms) * time.Millisecond) }

func read(ms int) notify.Moment {
	ms += ms % 2
	return notify.Moment{After: at(ms - 2), Asked: at(ms), At: at(ms)}
}

func (s *story) entry(ms int, name string, change notify.Change) {
	s.h.note(lock.DefaultNames, notify.Entry{Name: name, Change: change, When: read(ms)})
}

// The steps of a story.
func released(ms int) func(*story) {
	return func(s *story) { s.entry(ms, ".handoff.pidfile", notify.Deleted) }
}
func began(ms int) func(*story) {
	return func(s *story) { s.entry(ms, ".handoff.pidfile.7.tmp", notify.Created) }
}
func failed(ms int) func(*story) {
	return func(s *story) { s.entry(ms, ".handoff.pidfile.7.tmp", notify.Deleted) }
}
func arrived(ms int) func(*story) {
	return func(s *story) { s.entry(ms, ".handoff.pidfile", notify.MovedTo) }
}
func placed(ms int) func(*story) {
	return func(s *story) { s.entry(ms, ".handoff.pidfile", notify.Created) }
}
func acquired(ms int) func(*story) {
	return func(s *story) { began(ms)(s); arrived(ms)(s) }
}
func lost() func(*story) { return func(s *story) { s.h.owner = nil } }
func died(ms int, who string) func(*story) {
	return func(s *story) {
		if s.h.owner == peers[who] {
			s.h.ended = read(ms)
		}
	}
}

// asked is that somebody looks who came, and whether the owner before lives.
func asked(who string, lives bool) func(*story) { return askedOf(who, 0, lives) }

func askedOf(who string, written int, lives bool) func(*story) {
	return func(s *story) { s.confirm(who, written, lives, true) }
}

// askedUnfollowed is the same where the end of the owner before will not be told.
func askedUnfollowed(who string, lives bool) func(*story) {
	return func(s *story) { s.confirm(who, 0, lives, false) }
}

func (s *story) confirm(who string, written int, lives, followed bool) {
	s.files++
	s.tell(s.h.confirm(peers[who], lock.FileID{Ino: s.files, MTime: at(written).UnixNano()}, ownerChange{lives: lives, followed: followed, resumed: s.resumed}))
}

// late is what is told in one read at a time, where there was more to read than it takes, after it had nothing to
// read at 0.
func late(ms int, name string, change notify.Change) func(*story) {
	return func(s *story) {
		s.h.note(lock.DefaultNames, notify.Entry{Name: name, Change: change, When: notify.Moment{After: at(0), Asked: at(ms), At: at(ms)}})
	}
}

// resumed is that this program goes on after it was stopped.
func resumed(ms int) func(*story) { return func(s *story) { s.resumed = at(ms) } }

// lockFile is that another lock file is there.
func lockFile(ms int) func(*story) {
	return func(s *story) {
		s.entry(ms, ".handoff.lock", notify.Deleted)
		s.entry(ms, ".handoff.lock", notify.Created)
	}
}

// askedLate is that somebody is seen whose pidfile came after the one whose events were told.
func askedLate(who string) func(*story) {
	return func(s *story) {
		s.files++
		s.tell(s.h.confirm(peers[who], lock.FileID{Ino: s.files}, ownerChange{lives: true, followed: true, late: true}))
	}
}

// askedAgain is that the pidfile is still the one that was seen before.
func askedAgain(who string) func(*story) {
	return func(s *story) { s.tell(s.h.confirm(peers[who], s.h.pidfile, ownerChange{lives: true})) }
}

// looked is a look that finds the lock held by somebody whom the pidfile names, or names not, or free.
func looked(ms int, what, who string, lives bool) func(*story) {
	return func(s *story) {
		asked := s.h.releaser(at(ms))
		next := &report.Report{Observed: at(ms)}
		ev := &next.Evidence
		if lives {
			ev.Releaser = asked
		}
		ev.Lock.State = lock.LockFree
		switch what {
		case "unknown":
			ev.Lock.State = lock.LockUnknown
		case "free":
		case "given up":
			ev.Owner, ev.Process = peers[who], lock.ProcessAlive
		case "ended": // who is known to hold it had ended, and left its pidfile
			ev.Process = lock.ProcessGone
		default:
			ev.Lock.State = lock.LockHeld
			ev.Holders = []report.Holder{{Process: peers[who]}}
			ev.Process = lock.ProcessAlive
		}
		if ev.Pidfile.State = lock.PidfileMissing; what == "ended" {
			ev.Pidfile = lock.Pidfile{State: lock.PidfileNamed, ID: s.h.pidfile}
		} else if what == "held" {
			s.files++
			ev.Pidfile = lock.Pidfile{State: lock.PidfileNamed, PID: peers[who].PID, ID: lock.FileID{Ino: s.files}}
		}
		told, again := s.h.see(next, asked, ownerChange{followed: true})
		s.tell(told)
		if again > 0 {
			s.told = append(s.told, fmt.Sprint("again in ", again))
		}
		if ev.Releaser != nil {
			s.told = append(s.told, ev.Releaser.Command+" hands over")
		}
	}
}

func (s *story) tell(h *report.Handoff) {
	if h == nil {
		return
	}
	text := fmt.Sprintf("%s→%s %v", h.From.Command, h.To.Command, h.Gap)
	if h.AtMost {
		text += " at most"
	}
	if h.RolledBack {
		text += " rolled back"
	}
	s.told = append(s.told, text)
}

func TestHandover(t *testing.T) {
	steps := func(steps ...func(*story)) []func(*story) { return steps }
	for name, test := range map[string]struct {
		steps []func(*story)
		want  []string
	}{
		"a hand-off":                            {steps(released(10), began(20), arrived(24), asked("Q", true)), []string{"p→q 10ms"}},
		"the first file counts, not the rename": {steps(released(10), began(20), arrived(90), asked("Q", true)), []string{"p→q 10ms"}},
		"one read":                              {steps(released(9), acquired(10), asked("Q", true)), []string{"p→q 2ms at most"}},
		"an acquire that failed":                {steps(released(10), began(20), failed(24), began(30), arrived(32), asked("Q", true)), []string{"p→q 20ms"}},
		"the first file of one that was killed": {steps(released(10), began(20), arrived(90), askedOf("Q", 60, true)), []string{"p→q 52ms at most"}},
		"replaced before anybody saw whose it was": {
			steps(released(10), acquired(20), acquired(50), asked("Q", true), released(60), acquired(70), asked("R", true)), []string{"q→r 10ms"},
		},
		"handed back, and it ended before or after that": {
			steps(released(10), acquired(20), asked("Q", true), released(40), acquired(44), died(44, "Q"), asked("P", false)), []string{"p→q 10ms"},
		},
		"handed back, and its end was not to be told": {
			steps(released(10), acquired(20), asked("Q", true), released(40), acquired(44), askedUnfollowed("P", false)), []string{"p→q 10ms"},
		},
		"handed back, after a look found that it had ended": {
			steps(released(10), acquired(20), asked("Q", true), looked(40, "ended", "", false), acquired(50), asked("P", false)), []string{"p→q 10ms", "q→p 30ms at most rolled back"},
		},
		"its end was told, before a look found it": {
			steps(released(10), acquired(20), asked("Q", true), died(30, "Q"), looked(40, "ended", "", false), acquired(50), asked("P", false)), []string{"p→q 10ms", "q→p 20ms rolled back"},
		},
		"a look found that it had ended, and another came": {
			steps(released(10), acquired(20), asked("Q", true), looked(40, "ended", "", false), acquired(50), asked("R", false)), []string{"p→q 10ms"},
		},
		"a crash, and a look that sees who came": {
			steps(died(10, "P"), acquired(20), looked(25, "held", "Q", false), released(30), acquired(40), asked("R", true)), []string{"q→r 10ms"},
		},
		"nobody was known, and a look sees who came": {
			steps(lost(), acquired(20), looked(25, "held", "Q", false), released(30), acquired(40), asked("R", true)), []string{"q→r 10ms"},
		},
		"no first file, but its time":          {steps(released(10), arrived(90), askedOf("Q", 50, true)), []string{"p→q 40ms"}},
		"no first file, a time that cannot be": {steps(released(10), arrived(90), askedOf("Q", 5, true)), []string{"p→q 82ms at most"}},
		"written in place":                     {steps(released(10), placed(20), askedOf("Q", 31, true), released(40), acquired(50), asked("R", true)), []string{"p→q 10ms", "q→r 10ms"}},
		"it ended later":                       {steps(released(10), acquired(20), died(30, "P"), asked("Q", false)), []string{"p→q 10ms"}},
		"it ended before":                      {steps(released(10), died(14, "P"), acquired(20), asked("Q", false)), nil},
		"it may have ended before":             {steps(released(10), acquired(20), died(20, "P"), asked("Q", false)), nil},
		"its end is told later":                {steps(released(10), acquired(20), asked("Q", false), died(30, "P"), asked("Q", false)), []string{"p→q 10ms"}},
		"rolled back":                          {steps(released(10), acquired(20), asked("P", true)), []string{"p→p 10ms rolled back"}},
		"the pidfile was only written anew":    {steps(acquired(20), asked("P", true)), nil},
		"a crash and a restart":                {steps(died(10, "P"), acquired(20), asked("Q", false)), nil},
		"rolled back after the successor died": {
			steps(released(10), acquired(20), asked("Q", true), died(40, "Q"), acquired(50), asked("P", false)),
			[]string{"p→q 10ms", "q→p 10ms rolled back"},
		},
		"seen in between": {
			steps(released(10), acquired(20), asked("Q", true), died(40, "Q"), looked(45, "free", "", false), acquired(50), asked("P", false)),
			[]string{"p→q 10ms", "q→p 10ms rolled back"},
		},
		"another after the successor died": {
			steps(released(10), acquired(20), asked("Q", true), died(40, "Q"), acquired(50), asked("R", false)), []string{"p→q 10ms"},
		},
		"handed back": {steps(released(10), acquired(20), asked("Q", true), released(40), acquired(44), asked("P", true)), []string{"p→q 10ms", "q→p 4ms"}},
		"others have come since": {
			steps(released(10), acquired(20), askedLate("R"), released(30), acquired(40), askedAgain("R"), released(50), acquired(60), asked("P", true)),
			[]string{"r→p 10ms"},
		},
		"another lock file":            {steps(released(10), lockFile(12), acquired(20), asked("Q", true)), nil},
		"another lock file before":     {steps(lockFile(8), released(10), acquired(20), asked("Q", true)), nil},
		"another lock file, and later": {steps(released(10), lockFile(12), acquired(20), asked("Q", true), released(30), acquired(40), asked("R", true)), []string{"q→r 10ms"}},
		"an end that will not be told": {steps(released(10), acquired(20), askedUnfollowed("Q", false), released(30), acquired(40), asked("R", true)), []string{"q→r 10ms"}},
		"a lock given up, and a break": {steps(looked(5, "given up", "P", true), released(10), acquired(20), asked("Q", true)), nil},
		"two reads, but the second had waited": {
			steps(late(10, ".handoff.pidfile", notify.Deleted), late(12, ".handoff.pidfile.7.tmp", notify.Created), late(12, ".handoff.pidfile", notify.MovedTo), asked("Q", true)),
			[]string{"p→q 12ms at most"},
		},
		"stopped over the release":       {steps(late(60, ".handoff.pidfile", notify.Deleted), resumed(62), acquired(70), asked("Q", true)), []string{"p→q 70ms at most"}},
		"stopped after the release":      {steps(released(10), resumed(100), acquired(110), asked("Q", true)), []string{"p→q 100ms"}},
		"stopped before the release":     {steps(resumed(6), released(10), acquired(20), asked("Q", true)), []string{"p→q 10ms"}},
		"read long after it was written": {steps(released(10), acquired(900), askedOf("Q", 60, true)), []string{"p→q 50ms"}},
		"one that came and went unseen":  {steps(released(10), acquired(20), released(40), acquired(50), asked("R", true)), nil},
		"too late":                       {steps(released(10), acquired(300_020), asked("Q", true)), nil},
		"seen on the way":                {steps(released(10), looked(15, "free", "", true), acquired(20), looked(25, "held", "Q", true)), []string{"p hands over", "p→q 10ms"}},
		"stopped":                        {steps(released(10), looked(15, "free", "", false), acquired(20), asked("Q", false)), nil},
		"a deadline":                     {steps(released(10), looked(300_020, "free", "", true)), nil},
		"not unlocked yet":               {steps(released(10), looked(11, "unnamed", "P", true), looked(13, "free", "", true)), []string{"again in 1ms", "p hands over"}},
		"the pidfile was removed by somebody": {
			steps(released(10), looked(11, "unnamed", "P", true), looked(13, "unnamed", "P", true), looked(33, "unnamed", "P", true), acquired(50), asked("Q", true)),
			[]string{"again in 1ms", "again in 10ms"},
		},
		"a look that tells nothing":                        {steps(released(10), looked(15, "unknown", "", true), acquired(20), looked(25, "unknown", "", true), asked("Q", true)), []string{"p→q 10ms"}},
		"an old look":                                      {steps(released(10), looked(8, "held", "P", true), acquired(20), asked("Q", true)), []string{"p→q 10ms"}},
		"a look before the events of what it sees":         {steps(looked(5, "held", "Q", false), released(9), acquired(10), asked("Q", true)), []string{"p→q 2ms at most"}},
		"the first look before the events of what it sees": {steps(lost(), looked(5, "held", "Q", false), released(9), acquired(10), askedAgain("Q")), nil},
		"somebody whom nobody knew":                        {steps(lost(), looked(5, "held", "R", false), released(10), acquired(20), asked("Q", true)), []string{"r→q 10ms"}},
	} {
		s := &story{h: &handover{owner: peers["P"]}}
		for _, do := range test.steps {
			do(s)
		}
		if fmt.Sprint(s.told) != fmt.Sprint(test.want) {
			t.Errorf("%s: told %q, want %q", name, s.told, test.want)
		}
	}
}

// What was told is remembered for as long as it may be rolled back.
func TestHandoverIsIdle(t *testing.T) {
	s := &story{h: &handover{owner: peers["P"]}}
	if !s.h.isIdle(at(0)) {
		t.Error("not idle at the beginning")
	}
	for i, do := range []func(*story){released(10), began(20), arrived(22)} {
		do(s)
		if s.h.isIdle(at(30)) {
			t.Errorf("idle after step %d", i)
		}
	}
	asked("Q", true)(s)
	if s.h.isIdle(at(30)) || !s.h.isIdle(at(300_030)) {
		t.Error("not idle just when the hand-off cannot be rolled back any more")
	}
}
