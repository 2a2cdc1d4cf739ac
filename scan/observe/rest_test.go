package observe

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"lockscope/lock"
	"lockscope/lock/locktest"
	"lockscope/lock/proc"
	"lockscope/scan/hosttest"
	"lockscope/scan/report"
)

// From when on a directory is at rest, if nothing moves until then, in the order of the looks.
func TestRest(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	in := func(d time.Duration) time.Time { return now.Add(d) }
	change := func(ino uint64, after time.Duration) lock.Change {
		return lock.Change{Dev: 1, Ino: ino, CTime: in(after).UnixNano()}
	}
	old := change(1, -time.Hour)
	daemon := proc.Process{PID: 7, Ticks: 7}
	type look struct {
		at      time.Duration
		found   state
		moved   time.Duration // what was told before, as a time; 0 = nothing
		changed []lock.Change // nil = its times are not of our clock
		watched bool
		from    time.Duration // when it is at rest
	}
	const ms = time.Millisecond
	for name, looks := range map[string][]look{
		"nothing has changed for long":   {{0, state{}, 0, []lock.Change{old, {}, old}, false, -time.Hour + restTime}},
		"a file changed just now":        {{0, state{}, 0, []lock.Change{old, change(1, -500*ms), {}}, false, 1500 * ms}},
		"the directory changed just now": {{0, state{}, 0, []lock.Change{change(1, -1*ms), old, old}, false, 1999 * ms}},
		"changed in the future":          {{0, state{}, 0, []lock.Change{change(1, time.Hour), old, old}, false, restTime}},
		"no times, watched, the same for long enough": {
			{0, state{}, 0, nil, true, restTime},
			{restTime, state{}, 0, nil, true, restTime},
		},
		"no times, not watched, few looks": {
			{0, state{}, 0, nil, false, restTime},
			{restTime, state{}, 0, nil, false, 2 * restTime},
		},
		"no times, not watched, what was there differs": {
			{0, state{pidfile: old}, 0, nil, false, restTime},
			{500 * ms, state{}, 0, nil, false, 500*ms + restTime},
			{1500 * ms, state{}, 0, nil, false, 500*ms + restTime},
			{1600 * ms, state{pidfile: old}, 0, nil, false, 1600*ms + restTime},
		},
		"somebody writes in the directory all the time": {
			{0, state{lockFile: old}, 0, []lock.Change{change(1, -1*ms), old}, true, 1999 * ms},
			{500 * ms, state{lockFile: old}, 0, []lock.Change{change(1, 499*ms), old}, true, restTime},
			{restTime, state{lockFile: old}, 0, []lock.Change{change(1, restTime), old}, true, restTime},
		},
		"an event came": {{0, state{}, -500 * ms, []lock.Change{old}, true, 1500 * ms}},
		"an event came since the first look": {
			{0, state{}, 0, nil, true, restTime},
			{restTime, state{}, 1000 * ms, nil, true, 3000 * ms},
			{3000 * ms, state{}, 1000 * ms, nil, true, 3000 * ms},
		},
		"the daemon has died": {
			{0, state{owner: daemon}, 0, []lock.Change{old}, false, -time.Hour + restTime},
			{time.Minute, state{}, 0, []lock.Change{old}, false, time.Minute + restTime},
			{time.Minute + 1*ms, state{}, 0, []lock.Change{old}, false, time.Minute + restTime},
		},
	} {
		var before *Rest
		for i, look := range looks {
			r := Rest{now: look.found}
			if look.moved != 0 {
				r.moved = in(look.moved)
			}
			if got := r.follow(before, look.changed, look.watched, in(look.at)).Sub(now); got != look.from {
				t.Errorf("%s: look %d: at rest from %v on, want %v", name, i+1, got, look.from)
			}
			before = &r
		}
	}
}

// observeOnce looks at a directory that somebody has open, by what the look before found.
func observeOnce(t *testing.T, o *Observer, d lock.Dir, options Options) Look {
	t.Helper()
	options.WaitForTable = true
	s := o.Begin()
	known := NewKnown(1)
	options.Search = s.Search(t.Context(), known, []string{d.RealPath()})
	return s.Observe(d, d.LockFile(), options)
}

// A lock that only a flock can tell of is not asked for before the directory has rested, and then it is:
// also where a daemon makes other files there all the time.
func TestFlockWaitsForRest(t *testing.T) {
	dir := t.TempDir()
	hosttest.Play(t, locktest.TestWorld(t), dir, locktest.FreeOpen)
	d, err := lock.OpenDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	o := New(Config{Timeout: hosttest.Patience})
	began := time.Now()
	first := observeOnce(t, o, d, Options{})
	options := Options{Previous: &first.Evidence, Rest: first.Rest}
	looks := 0
	hosttest.Eventually(t, "a probe", func() bool {
		if err := os.WriteFile(filepath.Join(dir, "segment"), nil, 0o644); err != nil {
			t.Fatal(err)
		}
		os.Remove(filepath.Join(dir, "segment"))
		now := observeOnce(t, o, d, options)
		options.Previous, options.Rest = &now.Evidence, now.Rest
		looks++
		if now.Evidence.Source == report.SourceProbe {
			return true
		}
		if now.Evidence.Lock.Err != report.ErrMoving || now.Evidence.Lock.State != lock.LockUnknown {
			t.Fatalf("%+v", now.Evidence.Lock)
		}
		return false
	})
	if passed := time.Since(began); passed < restTime {
		t.Errorf("probed %v after the first look", passed)
	}
	for _, moves := range []struct {
		what string
		move func()
	}{
		{"the pidfile is new", func() { hosttest.WritePidfile(t, dir, 1) }},
		{"the pidfile is gone", func() { os.Remove(filepath.Join(dir, lock.DefaultNames.Pidfile)) }},
		{"an event came", func() { options.Moved = time.Now() }},
	} {
		moves.move()
		now := observeOnce(t, o, d, options)
		if now.Evidence.Lock.Err != report.ErrMoving {
			t.Errorf("%s: %+v", moves.what, now.Evidence.Lock)
		}
		options.Rest = now.Rest
	}
}

// Where no lease is to be had, a poll asks once, and not again just because the directory has other files.
func TestFlockOnce(t *testing.T) {
	if os.Getenv(hosttest.Elsewhere) == "" {
		hosttest.NeedRoot(t, "become somebody else")
		root := hosttest.OpenDir(t)
		hosttest.MakeData(t, root)
		if err := os.Chmod(root, 0o777); err != nil {
			t.Fatal(err)
		}
		hosttest.Again(t, root, hosttest.AsNobody)
		return
	}
	dir := os.Getenv(hosttest.Elsewhere)
	d, err := lock.OpenDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	o := New(Config{Timeout: hosttest.Patience})
	options := Options{Poll: true}
	look := func() Look {
		now := observeOnce(t, o, d, options)
		options.Previous, options.Rest = &now.Evidence, now.Rest
		return now
	}
	var probed Look
	hosttest.Eventually(t, "a probe", func() bool {
		probed = look()
		return probed.Evidence.Source == report.SourceProbe
	})
	hosttest.WriteFile(t, filepath.Join(dir, "segment"), "")
	if now := look(); now.Rest != probed.Rest || now.Evidence.Lock.State != lock.LockFree || !now.Evidence.Searched {
		t.Errorf("a poll that has found nothing else: %+v", now.Evidence.Lock)
	}
	options.Poll = false
	if now := look(); now.Rest == probed.Rest {
		t.Error("who asked for a look got what was known")
	}
}
