package proc

import (
	"fmt"
	"strings"
	"testing"
)

func FuzzParseStat(f *testing.F) {
	f.Add("kvd", byte('S'), uint64(4412))
	f.Add("((ugly )pr()cess( R 1 2 3) ", byte('R'), uint64(0))
	f.Add(") Z 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 99 ", byte('D'), uint64(1<<64-1))
	f.Add("new\nline\x00\xff\x1b[2J", byte('Z'), uint64(1))
	f.Add("", byte('t'), uint64(7))
	f.Fuzz(func(t *testing.T, comm string, state byte, ticks uint64) {
		if strings.IndexByte(" \t\n\v\f\r)", state) >= 0 || state >= 0x80 {
			t.Skip("the kernel has no such state")
		}
		text := fmt.Sprintf("9034 (%s) %c 1 9034 9034 0 -1 4194560 141 0 0 0 12 7 0 0 20 0 1 0 %d 2703360 229 18446744073709551615 1 1\n",
			comm, state, ticks)
		want := Stat{State: state, Parent: 1, Threads: 1, Ticks: ticks}
		if s, ok := ParseStat([]byte(text)); s != want || !ok {
			t.Fatalf("ParseStat(%q) = %+v, %v", text, s, ok)
		}
		// A text that is cut short is refused or read as the same, unless the cut is in a number.
		for i := max(0, len(text)-200); i < len(text); i++ {
			s, ok := ParseStat([]byte(text[:i]))
			if ok && s.State != state && strings.LastIndexByte(comm, ')') < 0 {
				t.Fatalf("ParseStat(%q) = %+v", text[:i], s)
			}
		}
	})
}

func TestParseStatRefuses(t *testing.T) {
	const rest = " 1 1 1 0 -1 4194560 1 1 0 0 12 7 0 0 20 0 1 0"
	for _, text := range []string{
		"", ")", "1 (a)", "1 (a", "1 a S" + rest + " 99\n",
		"1 (a) S" + rest + "\n",     // no start time
		"1 (a) S" + rest + " -1\n",  // not one
		"1 (a) S" + rest + " 0x9\n", // nor this
		"1 (a) SS" + rest + " 99\n", // no state
		"1 (a) S" + rest + " 99999999999999999999\n",
		"1 (a) S x" + rest[2:] + " 99\n", // no parent
	} {
		if s, ok := ParseStat([]byte(text)); ok {
			t.Errorf("ParseStat(%q) = %+v", text, s)
		}
	}
}

func TestStat(t *testing.T) {
	f := fixture(t)
	for pid, want := range map[int]struct {
		Stat
		exited bool
	}{
		1:       {Stat{'S', 7, 2, 4412}, false},
		5000002: {Stat{'Z', 1, 3, 99}, false},
	} {
		if got, err := f.Task(pid).Stat(); got != want.Stat || got.exited() != want.exited || err != nil {
			t.Errorf("PID %d: %+v, %v, want %+v", pid, got, err, want)
		}
	}
	if !(Stat{State: 'Z', Threads: 1}).exited() || !(Stat{State: 'X', Threads: 0}).exited() {
		t.Error("a process has exited when its last thread has")
	}
	if got, err := f.Task(5000008).Stat(); got != (Stat{}) || err == nil || IsGone(err) {
		t.Errorf("cut short: %+v, %v", got, err)
	}
	if got, err := f.Task(2).Stat(); got != (Stat{}) || !IsGone(err) {
		t.Errorf("of nobody: %+v, %v", got, err)
	}
}
