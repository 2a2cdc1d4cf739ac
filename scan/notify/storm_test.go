package notify

import (
	"os"
	"slices"
	"testing"
	"time"

	"lockscope/scan/hosttest"
)

// storming are limits that are reached at once, and over soon.
func storming() limits {
	l := hostLimits()
	l.window, l.perWatch, l.backoff = 10*time.Millisecond, 5, 50*time.Millisecond
	return l
}

// A directory in which too much happens is not watched for a while, and then for twice as long.
func TestStorm(t *testing.T) {
	l := listen(t, Config{}, storming())
	base := t.TempDir()
	dirs := makeDirs(t, base, 2)
	calm := l.watch(dirs[1], Data)
	var length time.Duration
	for range 3 {
		var w *Watch
		hosttest.Eventually(t, "it may be watched", func() bool {
			var err error
			w, err = l.tryWatch(dirs[0], Data)
			return err == nil
		})
		l.until("the watch is lost", func() bool {
			hosttest.MakeStale(t, dirs[0])
			try(t, os.Remove(dirs[0]+"/.handoff.pidfile"))
			l.takeAll()
			l.tell() // until need not wait
			return l.at(w).Lost == Noisy
		})
		e := l.at(w)
		now := e.Until.Sub(e.LostAt)
		if now != max(2*length, l.limits.backoff) {
			t.Errorf("not watched for %v, after %v the time before", now, length)
		}
		length = now
		_, err := l.tryWatch(dirs[0], Data)
		if r := refusal(t, err); r.Reason != Noisy || !r.Until.Equal(e.Until) {
			t.Errorf("refused with %+v, want %v until %v", r, Noisy, e.Until)
		}
	}
	hosttest.MakeData(t, dirs[1])
	l.until("the other is told", func() bool { return len(l.at(calm).Entries) == 1 })
}

func TestLoad(t *testing.T) {
	l := limits{perWatch: 10, strikes: 3, perWindow: 100}
	a, b, c := &mark{wd: 1}, &mark{wd: 2}, &mark{wd: 3}
	storm := func(m *mark, n int, counts bool) func(*load) {
		return func(l *load) {
			for range n {
				l.note(m, counts)
			}
		}
	}
	quiet := func(*load) {}
	all := func(do ...func(*load)) func(*load) {
		return func(l *load) {
			for _, do := range do {
				do(l)
			}
		}
	}
	for name, test := range map[string]struct {
		windows []func(*load)
		want    []*mark
	}{
		"three in succession": {[]func(*load){storm(a, 11, true), storm(a, 11, true), storm(a, 11, true)}, []*mark{a}},
		"two":                 {[]func(*load){storm(a, 11, true), storm(a, 11, true)}, nil},
		"just not too many":   {[]func(*load){storm(a, 10, true), storm(a, 10, true), storm(a, 10, true)}, nil},
		"with a pause": {[]func(*load){
			storm(a, 11, true), storm(a, 11, true), quiet, storm(a, 11, true), storm(a, 11, true),
		}, nil},
		"with less between": {[]func(*load){
			storm(a, 11, true), storm(a, 11, true), storm(a, 1, true), storm(a, 11, true),
		}, nil},
		"what does not count": {[]func(*load){storm(a, 90, false), storm(a, 90, false), storm(a, 90, false)}, nil},
		"all together": {[]func(*load){
			all(storm(a, 10, true), storm(b, 60, false), storm(c, 50, false)),
			all(storm(a, 10, true), storm(b, 60, false), storm(c, 50, false)),
			all(storm(a, 10, true), storm(b, 60, false), storm(c, 50, false)),
		}, []*mark{b}},
		"until few are left": {[]func(*load){
			storm(a, 101, false), storm(b, 101, false), all(storm(a, 110, false), storm(c, 120, false), storm(b, 90, false)),
		}, []*mark{c, a}},
		"all with a pause": {[]func(*load){storm(a, 101, false), storm(b, 101, false), quiet, storm(a, 101, false)}, nil},
		"who is lost already is not counted": {[]func(*load){
			storm(a, 99, true), all(storm(a, 99, true)), all(storm(a, 99, true), storm(b, 99, false)),
		}, []*mark{a}},
	} {
		t.Run(name, func(t *testing.T) {
			load := load{limits: &l, noisy: map[inode]backoff{}}
			*a, *b, *c = mark{wd: 1}, mark{wd: 2}, mark{wd: 3}
			var got []*mark
			for i, do := range test.windows {
				got = append(got, load.turn(int64(i))...)
				do(&load)
			}
			// What an event of the window after says.
			if got = append(got, load.turn(int64(len(test.windows)))...); !slices.Equal(got, test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

// The time doubles up to a bound, and is short again after a long calm. What is remembered is
// bounded.
func TestBackoff(t *testing.T) {
	l := limits{backoff: 10 * time.Second, longest: time.Minute, forgiven: time.Hour}
	load := load{limits: &l, noisy: map[inode]backoff{}}
	now := time.Now()
	dir := inode{1, 2}
	for _, want := range []time.Duration{10, 20, 40, 60, 60} {
		until := load.banish(dir, now)
		if got := until.Sub(now); got != want*time.Second {
			t.Errorf("banished for %v, want %v", got, want*time.Second)
		}
		if _, ok := load.banished(dir, until.Add(-1)); !ok {
			t.Error("it is not banished just before the end")
		}
		if _, ok := load.banished(dir, until); ok {
			t.Error("it is banished at the end")
		}
		now = until
	}
	now = now.Add(2 * time.Hour)
	if got := load.banish(dir, now).Sub(now); got != l.backoff {
		t.Errorf("after a calm it is banished for %v, want %v", got, l.backoff)
	}
	for i := range uint64(mostNoisy + 10) {
		load.banish(inode{9, i}, now)
	}
	if len(load.noisy) > mostNoisy {
		t.Errorf("%d are remembered, want %d at most", len(load.noisy), mostNoisy)
	}
	load.banish(dir, now.Add(3*time.Hour))
	load.banish(inode{10, 1}, now.Add(3*time.Hour))
	if n := len(load.noisy); n > 2 {
		t.Errorf("%d are remembered after a long calm, want 2", n)
	}
}
