package chaos

import (
	"testing"
	"time"
)

// Each rule finds the fault in a false history, and none in a true one. Times are in milliseconds.

func ms(n int) moment { return moment(n) * moment(time.Millisecond) }

func between(from, to int) span { return span{ms(from), ms(to)} }

var (
	heldBy7 = facts{Holders: []int{7}, Taker: 7, Pidfile: pidfile{1, 7, true}, Writers: 1}
	staleOf = facts{Pidfile: pidfile{1, 7, false}, Writers: 1}
	nobodys = facts{Writers: 1}
	// It is free, held by 7 from 1 s on, stale from 2 s on, and each change takes 10 ms.
	aLife = func() history {
		t := newTrack()
		t.becomes(between(0, 0), nobodys)
		t.becomes(between(1000, 1010), heldBy7)
		t.becomes(between(2000, 2010), staleOf)
		return t.history()
	}()
)

func TestStates(t *testing.T) {
	for want, f := range map[string]facts{
		"":         {Missing: true},
		"free":     nobodys,
		"stale":    staleOf,
		"held":     heldBy7,
		"unnamed":  {Holders: []int{7}, Taker: 7},
		"mismatch": {Holders: []int{7}, Taker: 7, Pidfile: pidfile{1, 8, true}},
		"orphaned": {Holders: []int{8}, Taker: 7, Pidfile: pidfile{1, 7, false}},
		"split":    {Holders: []int{8}, Taker: 8, Pidfile: pidfile{1, 8, true}, Former: []int{7}},
	} {
		if got := f.state(); got != want {
			t.Errorf("%+v is %q, want %q", f, got, want)
		}
	}
}

func TestTwoWriters(t *testing.T) {
	has := func(pid, from, until, file int) acquire {
		return acquire{span: between(from-5, from), path: "/d", pid: pid, how: "ok", until: ms(until), file: file}
	}
	for name, test := range map[string]struct {
		acquires []acquire
		faults   int
	}{
		"one after the other": {[]acquire{has(7, 10, 20, 1), has(8, 25, 40, 1)}, 0},
		"both":                {[]acquire{has(7, 10, 20, 1), has(8, 15, 40, 1)}, 1},
		"while it goes on":    {[]acquire{has(7, 10, 1e6, 1), has(8, 15, 16, 1), has(9, 20, 21, 1)}, 2},
		"another lock file":   {[]acquire{has(7, 10, 20, 1), has(8, 15, 40, 2)}, 0},
		"one was refused":     {[]acquire{has(7, 10, 20, 1), {span: between(12, 13), path: "/d", pid: 8, how: "refused", file: 1}}, 0},
	} {
		if faults := twoWriters(test.acquires); len(faults) != test.faults {
			t.Errorf("%s: %q", name, faults)
		}
	}
}

func TestFalseVerdict(t *testing.T) {
	for name, test := range map[string]struct {
		state   string
		from    int
		holders []int
		isFalse bool
	}{
		"free while it was":        {"free", 900, nil, false},
		"free while held":          {"free", 1500, nil, true},
		"free as it is acquired":   {"free", 1005, nil, false},
		"held before":              {"held", 900, []int{7}, true},
		"held as it is acquired":   {"held", 1005, []int{7}, false},
		"held":                     {"held", 1500, []int{7}, false},
		"held by another":          {"held", 1500, []int{8}, true},
		"held after its death":     {"held", 2500, []int{7}, true},
		"orphaned with its holder": {"orphaned", 1500, nil, true},
		"stale while held":         {"stale", 1500, nil, true},
		"stale":                    {"stale", 2500, nil, false},
		"gone, and it is there":    {"gone", 1500, nil, true},
		"unknown":                  {"unknown", 1500, nil, false},
	} {
		v := verdict{path: "/d", state: test.state, holders: test.holders, span: between(test.from, test.from+2)}
		if fault := falseVerdict(aLife, v); (fault != "") != test.isFalse {
			t.Errorf("%s: %q", name, fault)
		}
	}
}

func TestKeptVerdict(t *testing.T) {
	said := func(state string, read int) verdict {
		v := verdict{path: "/d", state: state, read: ms(read)}
		if state == "held" {
			v.holders = []int{7}
		}
		return v
	}
	long := 500 * time.Millisecond
	for name, test := range map[string]struct {
		said   []verdict
		faults int
	}{
		"all is told":                   {[]verdict{said("free", 1), said("held", 1200), said("stale", 2100)}, 0},
		"the death is not told":         {[]verdict{said("free", 1), said("held", 1200)}, 1},
		"nothing is told":               {nil, 3},
		"held is told when it is over":  {[]verdict{said("free", 1), said("held", 2005), said("stale", 2100)}, 1},
		"it is said to be gone":         {[]verdict{said("free", 1), said("held", 1200), said("gone", 1300), said("stale", 2100)}, 1},
		"it is not found for less long": {[]verdict{said("free", 900), said("held", 1200), said("stale", 2100)}, 0},
	} {
		if faults := keptVerdict(aLife, test.said, ms(3000), long, 950*time.Millisecond); len(faults) != test.faults {
			t.Errorf("%s: %q", name, faults)
		}
	}
	split := heldBy7.clone()
	split.Former = []int{6}
	h := history{{between(0, 9000), split}}
	if v := said("held", 10); falseVerdict(h, v) != "" || len(keptVerdict(h, []verdict{v}, ms(9000), long, long)) != 1 {
		t.Error("a split directory may be told as held at first, and not for long")
	}
}

func TestRefused(t *testing.T) {
	for name, test := range map[string]struct {
		how             string
		from            int
		fault, wasDeath bool
	}{
		"somebody had it":        {"refused", 1500, false, false},
		"somebody took it":       {"refused", 1005, false, false},
		"nobody had it":          {"refused", 500, true, false},
		"somebody had just died": {"refused", 2050, false, true},
		"somebody died long ago": {"refused", 2500, true, false},
		"it failed otherwise":    {"failed", 1500, true, false},
		"it got it":              {"ok", 500, false, false},
	} {
		fault, wasDeath := refused(aLife, acquire{span: between(test.from, test.from+1), how: test.how}, 100*time.Millisecond)
		if (fault != "") != test.fault || wasDeath != test.wasDeath {
			t.Errorf("%s: %q, %t", name, fault, wasDeath)
		}
	}
}

// A break is one of what was stale, and the pidfile is gone after it.
func TestBreaks(t *testing.T) {
	for at, isBad := range map[int]bool{500: true, 1500: true, 2005: false, 2500: false} {
		if fault := badBreak(aLife, "/d", between(at, at+3)); (fault != "") != isBad {
			t.Errorf("at %d: %q", at, fault)
		}
	}
	h := aLife.without(aLife.brokenIn([]span{between(2500, 2503)}))
	for at, want := range map[int]string{1500: "held", 2400: "stale", 2600: "free"} {
		if was := h.during(between(at, at)); len(was) != 1 || was[0].state() != want {
			t.Errorf("at %d it is %+v, want %s", at, was, want)
		}
	}
}

func TestGrown(t *testing.T) {
	first := use{10, 50, 10, 20 << 20}
	for faults, last := range map[int]use{
		0: {10 + moreDescriptors, 50, mostThreads, 30 << 20},
		1: {11 + moreDescriptors, 50, 10, 30 << 20},
		4: {1000, 1000, 1000, 1 << 30},
	} {
		if got := grown(first, last); len(got) != faults {
			t.Errorf("%+v: %q", last, got)
		}
	}
}
