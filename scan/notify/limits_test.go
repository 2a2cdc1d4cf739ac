package notify

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"lockscope/lock/proc"
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
	queue, err := proc.Host.Sysctl("fs/inotify/max_queued_events")
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
	if b := l.Take(); !b.isEmpty() {
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
