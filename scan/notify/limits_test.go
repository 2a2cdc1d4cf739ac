package notify

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"lockscope/scan/hosttest"
)

// makeDirs makes directories.
func makeDirs(t testing.TB, base string, n int) (dirs []string) {
	t.Helper()
	for i := range n {
		dir := filepath.Join(base, fmt.Sprintf("d%06d", i))
		try(t, os.Mkdir(dir, 0o755))
		dirs = append(dirs, dir)
	}
	return dirs
}

// What is over the budget is refused. A data directory takes the place of one that was only passed
// through.
func TestBudget(t *testing.T) {
	l := listen(t, Config{Watches: 3}, hostLimits())
	dirs := makeDirs(t, t.TempDir(), 5)
	passed := []*Watch{l.watch(dirs[0], Passed), l.watch(dirs[1], Passed)}
	data := l.watch(dirs[2], Data)
	_, err := l.tryWatch(dirs[3], Passed)
	if r := refusal(t, err); r.Reason != Budget {
		t.Errorf("one more that was passed through: %v, want %v", err, Budget)
	}
	more := []*Watch{l.watch(dirs[3], Data), l.watch(dirs[4], Data)}
	_, err = l.tryWatch(dirs[0], Data)
	if r := refusal(t, err); r.Reason != Budget {
		t.Errorf("one more data directory: %v, want %v", err, Budget)
	}
	l.until("both have lost their watch", func() bool { return l.at(passed[0]).Lost == Budget && l.at(passed[1]).Lost == Budget })
	if st := l.Stats(); st.Watched != 3 || st.MostWatched != 3 || st.WatchesRefused[Budget] != 2 || st.WatchesLost[Budget] != 2 {
		t.Errorf("the statistics are %+v", st)
	}
	for i, dir := range dirs[2:] {
		hosttest.MakeData(t, dir)
		w := append([]*Watch{data}, more...)[i]
		l.until("it is told", func() bool { return len(l.at(w).Entries) == 1 })
	}
	l.Unwatch(data)
	l.watch(dirs[0], Passed) // there is room again
}

// mostHere makes the process one with a user namespace of its own, in which there are this many
// watches.
const mostHere = 9

// When the kernel has no more, half is given back, what was passed through first.
func TestNoSpace(t *testing.T) {
	base := hosttest.OpenDir(t)
	if dir := os.Getenv(hosttest.Elsewhere); dir != "" {
		base = dir
	}
	if !hosttest.Again(t, base, func(cmd *exec.Cmd) {
		ids := []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
		cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWUSER, UidMappings: ids}
	}) {
		return
	}
	if err := os.WriteFile("/proc/sys/user/max_inotify_watches", []byte(strconv.Itoa(mostHere)), 0); err != nil {
		t.Skip("needs a user namespace with limits: ", err)
	}
	l := listen(t, Config{Watches: 100}, hostLimits())
	dirs := makeDirs(t, base, mostHere+2)
	var watches []*Watch
	for i, dir := range dirs[:mostHere] {
		watches = append(watches, l.watch(dir, []Kind{Data, Passed}[i%2]))
	}
	_, err := l.tryWatch(dirs[mostHere], Data)
	if r := refusal(t, err); r.Reason != NoSpace || r.Err != unix.ENOSPC || time.Until(r.Until) <= 0 {
		t.Errorf("one too many: %+v, want ENOSPC", r)
	}
	lost := func() (lost, data int) {
		for _, w := range watches {
			if l.at(w).Lost == NoSpace {
				lost++
				data += 1 - int(w.kind)
			}
		}
		return lost, data
	}
	l.until("half have lost their watch", func() bool { n, _ := lost(); return n == 5 })
	if n, data := lost(); n != 5 || data != 1 {
		t.Errorf("%d were lost, of which %d of data directories; want 5 and 1", n, data)
	}
	_, err = l.tryWatch(dirs[mostHere], Data)
	if r := refusal(t, err); r.Reason != NoSpace || time.Until(r.Until) <= 0 {
		t.Errorf("afterwards: %+v, want %v for a while", r, NoSpace)
	}
	if st := l.Stats(); st.Watched != 4 || st.MostWatched != 4 {
		t.Errorf("the statistics are %+v", st)
	}
	// Of several calls that found the same, the first one does it for all.
	l.giveHalfBack(l.watches.halved.Add(-1))
	if st := l.Stats(); st.Watched != 4 {
		t.Errorf("%d are watched, want 4 still", st.Watched)
	}
}

// That many watches are given back loses no event.
func TestGiveHalfBack(t *testing.T) {
	const n = 4 * atOnce
	l := listen(t, Config{Watches: 2 * n}, hostLimits())
	for i, dir := range makeDirs(t, t.TempDir(), n+n/4) {
		kind := Data
		if i >= n {
			kind = Passed
		}
		l.watch(dir, kind)
	}
	l.giveHalfBack(time.Now())
	if st, ws := l.Stats(), &l.watches; st.Watched != (n+n/4)/2 || st.WatchesLost[NoSpace] != (n+n/4)/2 || ws.passed != 0 {
		t.Errorf("%d of the passed through are left: %+v", ws.passed, st)
	}
	l.until("all are told", func() bool { return len(l.heard) == (n+n/4)/2 })
	if !l.overflow.IsZero() {
		t.Error("events were lost")
	}
}

// What the kernel drops, since nobody reads, is told.
func TestOverflow(t *testing.T) {
	text, err := os.ReadFile("/proc/sys/fs/inotify/max_queued_events")
	try(t, err)
	queue, err := strconv.Atoi(strings.TrimSpace(string(text)))
	try(t, err)
	if queue > 1<<18 {
		t.Skipf("needs a queue that can be filled, not one of %d", queue)
	}
	l := listen(t, Config{}, calmly())
	dir := t.TempDir()
	if quick := hosttest.Places(t)["tmpfs"]; quick != "" {
		dir = quick
	}
	w := l.watch(dir, Data)
	l.mu.Lock() // it reads once, and waits
	for range queue/2 + bufferSize/32 {
		hosttest.WriteFile(t, dir+"/file", "")
		try(t, os.Remove(dir+"/file"))
	}
	l.mu.Unlock()
	l.until("the loss is told", func() bool { return !l.overflow.IsZero() })
	hosttest.MakeData(t, dir)
	l.until("it goes on", func() bool { return len(l.at(w).Entries) == 1 })
	if st := l.Stats(); st.Overflows != 1 || st.Watched != 1 {
		t.Errorf("the statistics are %+v", st)
	}
}

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

// Who takes nothing for long gets the last entries, and hears that there were more.
func TestSlowConsumer(t *testing.T) {
	l := listen(t, Config{}, calmly())
	dir := hosttest.MakeData(t, t.TempDir())
	w, busy := l.watch(dir, Data), dir+"/.handoff.pidfile"
	const n = 3 * mostEntries
	for range n {
		hosttest.WriteFile(t, busy, "")
		try(t, os.Remove(busy))
	}
	hosttest.Eventually(t, "all is read", func() bool { return l.Stats().Counted == 2*n })
	b := l.Take()
	if len(b.Dirs) != 1 || b.Dirs[0].Watch != w || !b.Dirs[0].Cut || len(b.Dirs[0].Entries) > mostEntries {
		t.Fatalf("told %+v, want one watch with %d entries at most, and a cut", b, mostEntries)
	}
	entries := b.Dirs[0].Entries
	for i, e := range entries {
		if want := []Change{Created, Deleted}[i%2]; e.Change != want {
			t.Fatalf("entry %d of %d was %v, want %v: the last ones, in order", i, len(entries), e.Change, want)
		}
	}
	if len(entries)%2 != 0 {
		t.Errorf("of %d entries the last is not that of the last removal", len(entries))
	}
	if b := l.Take(); !b.IsEmpty() {
		t.Errorf("told again: %+v", b)
	}
}

// All watches together keep so many, and then one each.
func TestSlowConsumerOfMany(t *testing.T) {
	l := listen(t, Config{}, hostLimits())
	dirs := makeDirs(t, t.TempDir(), 2)
	a, b := l.watch(dirs[0], Data), l.watch(dirs[1], Data)
	l.mu.Lock()
	for i := range mostEntries {
		l.keep(a.mark, Entry{Cookie: uint32(i)})
	}
	l.entries += mostPending // that others have
	for i := range 3 {
		l.keep(a.mark, Entry{Cookie: uint32(100 + i)})
		l.keep(b.mark, Entry{Cookie: uint32(200 + i)})
	}
	l.mu.Unlock()
	l.takeAll()
	for w, last := range map[*Watch]uint32{a: 102, b: 202} {
		if e := l.at(w); len(e.Entries) != 1 || e.Entries[0].Cookie != last || !e.Cut {
			t.Errorf("told %+v, want entry %d alone, and a cut", e, last)
		}
	}
	if l.Source.entries != 0 {
		t.Errorf("%d entries are counted after all were taken", l.Source.entries)
	}
}
