package notify

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"lockscope/lock"
	"lockscope/scan/hosttest"
)

// acquired and released are what the protocol does in a directory that has a lock file.
var (
	acquired = []string{
		"created .handoff.pidfile.tmp", "moved from .handoff.pidfile.tmp", "moved to .handoff.pidfile",
	}
	released = []string{"deleted .handoff.pidfile"}
)

// Acquire and release are told in the order of what they do, and nothing else that goes on there is.
func TestAcquireAndRelease(t *testing.T) {
	for name, dir := range hosttest.Places(t) {
		t.Run(name, func(t *testing.T) {
			l := listen(t, Config{}, hostLimits())
			w := l.watch(dir, Data)
			began := time.Now()
			held, err := lock.Acquire(dir)
			try(t, err)
			hosttest.WriteFile(t, filepath.Join(dir, "data.db"), "data")
			hosttest.MakeDir(t, filepath.Join(dir, "wal"))
			try(t, held.Release())
			l.catchUp()
			l.expect(w, slices.Concat([]string{"created .handoff.lock"}, acquired, released)...)
			last := began
			for _, e := range l.at(w).Entries {
				if e.When.At.Before(last) || time.Since(e.When.At) < 0 {
					t.Errorf("%v %s was read at %v, after %v", e.Change, e.Name, e.When.At, last)
				}
				last = e.When.At
			}
			if e := l.at(w).Entries; e[2].Cookie == 0 || e[2].Cookie != e[3].Cookie {
				t.Errorf("the rename's cookies are %d and %d", e[2].Cookie, e[3].Cookie)
			}
		})
	}
}

// What a walk passed through tells of sub-directories, and of the protocol's files.
func TestPassed(t *testing.T) {
	l := listen(t, Config{}, hostLimits())
	dir := hosttest.TempDir(t)
	w := l.watch(dir, Passed)
	tenant := hosttest.MakeDir(t, filepath.Join(dir, "tenant"))
	hosttest.WriteFile(t, filepath.Join(dir, "notes"), "")
	try(t, os.Rename(tenant, tenant+".old"))
	try(t, os.Remove(tenant+".old"))
	hosttest.MakeData(t, dir)
	l.catchUp()
	l.expect(w, "created tenant", "moved from tenant", "moved to tenant.old", "deleted tenant.old", "created .handoff.lock")
}

// Two paths of a directory are one watch of the kernel, and both are told.
func TestTwoPaths(t *testing.T) {
	l := listen(t, Config{}, hostLimits())
	base := hosttest.TempDir(t)
	dir, other := hosttest.MakeDir(t, base+"/data"), hosttest.MakeDir(t, base+"/bound")
	hosttest.Bind(t, dir, other)
	a, b := l.watch(dir, Data), l.watch(other, Passed)
	if n := l.Stats().Watched; n != 1 {
		t.Errorf("%d inodes are watched, want 1", n)
	}
	hosttest.MakeDir(t, dir+"/sub")
	hosttest.MakeData(t, other)
	l.catchUp()
	l.expect(a, "created .handoff.lock")
	l.expect(b, "created sub", "created .handoff.lock")

	// Neither kind is lost with the other watch.
	l.Unwatch(b)
	l.Unwatch(b)
	hosttest.MakeDir(t, dir+"/sub2")
	hosttest.MakeStale(t, dir)
	l.catchUp()
	l.expect(a, "created .handoff.lock", "created .handoff.pidfile")
	l.expect(b, "created sub", "created .handoff.lock")
	l.Unwatch(a)
	try(t, os.Remove(dir+"/.handoff.pidfile"))
	l.catchUp()
	l.expect(a, "created .handoff.lock", "created .handoff.pidfile")
	if n := l.Stats().Watched; n != 1 { // the barrier's
		t.Errorf("%d inodes are watched in the end, want 1", n)
	}
}

// A directory that is renamed, with another in its place, is watched further where it is.
func TestReplaced(t *testing.T) {
	l := listen(t, Config{}, hostLimits())
	dir := hosttest.MakeData(t, hosttest.TempDir(t)+"/data")
	old := l.watch(dir, Data)
	try(t, os.Rename(dir, dir+".old"))
	l.until("the move is told", func() bool { return !l.at(old).Moved.IsZero() })
	hosttest.MakeData(t, dir)
	now := l.watch(dir, Data)
	hosttest.MakeStale(t, dir)
	try(t, os.Remove(dir+".old/.handoff.lock"))
	l.catchUp()
	l.expect(old, "deleted .handoff.lock")
	l.expect(now, "created .handoff.pidfile")
}

func TestRemoved(t *testing.T) {
	l := listen(t, Config{}, hostLimits())
	dir := hosttest.MakeData(t, hosttest.TempDir(t)+"/data")
	a, b := l.watch(dir, Data), l.watch(dir, Passed)
	try(t, os.RemoveAll(dir))
	l.until("the end is told to both", func() bool { return l.at(a).Lost == Removed && l.at(b).Lost == Removed })
	if n := l.Stats().Watched; n != 0 {
		t.Errorf("%d inodes are watched, want none", n)
	}
	l.Unwatch(a) // does nothing
	l.expect(a, "deleted .handoff.lock")
}

// A removed directory that somebody has open makes no event of its own until that is closed.
func TestRemovedWhileOpen(t *testing.T) {
	l := listen(t, Config{}, hostLimits())
	dir := hosttest.MakeDir(t, hosttest.TempDir(t)+"/data")
	w := l.watch(dir, Data)
	fd := openPath(t, dir)
	try(t, os.Remove(dir))
	l.catchUp()
	if l.at(w).Lost != 0 {
		t.Errorf("told as %v while it is open: the package's comment says that this makes no event", l.at(w).Lost)
	}
	unix.Close(fd)
	l.until("the end is told", func() bool { return l.at(w).Lost == Removed })
}

// A renamed ancestor makes no event, and the watch stays with the directory.
func TestRenamedAncestor(t *testing.T) {
	l := listen(t, Config{}, hostLimits())
	base := hosttest.TempDir(t)
	dir := hosttest.MakeData(t, base+"/tenants/data")
	w := l.watch(dir, Data)
	try(t, os.Rename(base+"/tenants", base+"/moved"))
	l.catchUp()
	if e := *l.at(w); !e.isEmpty() {
		t.Errorf("told %+v: the package's comment says that this makes no event", e)
	}
	hosttest.MakeStale(t, base+"/moved/data")
	l.catchUp()
	l.expect(w, "created .handoff.pidfile")
}

func TestUnmounted(t *testing.T) {
	hosttest.NeedRoot(t, "mount")
	l := listen(t, Config{}, hostLimits())
	dir := hosttest.MakeDir(t, hosttest.TempDir(t)+"/mnt")
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, ""); err != nil {
		t.Skip("needs mounts: ", err)
	}
	w := l.watch(dir, Data)
	l.until("the mount is told", func() bool { return !l.mounts.IsZero() })
	l.mounts = time.Time{}
	try(t, unix.Unmount(dir, 0))
	l.until("the end is told", func() bool { return l.at(w).Lost == Unmounted && !l.mounts.IsZero() })
}

// A mount over a directory is told as one of the mount table alone.
func TestMountOver(t *testing.T) {
	hosttest.NeedRoot(t, "mount")
	l := listen(t, Config{}, hostLimits())
	dir := hosttest.MakeDir(t, hosttest.TempDir(t)+"/data")
	w := l.watch(dir, Data)
	below := openPath(t, dir)
	defer unix.Close(below)
	began := time.Now()
	hosttest.MountOn(t, dir, "-t", "tmpfs", "tmpfs")
	l.until("the mount is told", func() bool { return l.mounts.After(began) })
	hosttest.MakeData(t, dir)
	l.catchUp()
	l.expect(w)
	try(t, unix.Mkdirat(below, ".handoff.pidfile", 0o755))
	l.catchUp()
	l.expect(w, "created .handoff.pidfile")
}

// What cannot be watched is refused, and said why.
func TestRefused(t *testing.T) {
	l := listen(t, Config{}, hostLimits())
	file := filepath.Join(t.TempDir(), "file")
	hosttest.WriteFile(t, file, "")
	_, err := l.tryWatch(file, Data)
	if r := refusal(t, err); r.Reason != Failed || r.Err.(*os.PathError).Err != unix.ENOTDIR {
		t.Errorf("a file: %v, want ENOTDIR", err)
	}
	_, err = l.Watch(-1, Data, nil)
	if r := refusal(t, err); r.Reason != Failed {
		t.Errorf("no descriptor: %v, want %v", err, Failed)
	}
	if st := l.Stats(); st.Watched != 0 || st.WatchesRefused[Failed] != 2 {
		t.Errorf("the statistics are %+v", st)
	}
}

// Who may not read a directory may not watch it.
func TestDenied(t *testing.T) {
	dir := hosttest.MakeDir(t, hosttest.OpenDir(t)+"/data")
	if os.Getenv(hosttest.Elsewhere) != "" {
		dir = os.Getenv(hosttest.Elsewhere)
	} else {
		try(t, os.Chmod(dir, 0o311))
	}
	hosttest.NeedRoot(t, "become another user")
	if !hosttest.Again(t, dir, hosttest.AsNobody) {
		return
	}
	l := listen(t, Config{}, hostLimits())
	_, err := l.tryWatch(dir, Data)
	if r := refusal(t, err); r.Reason != Denied {
		t.Errorf("got %v, want %v", err, Denied)
	}
}

// A file system that hangs holds up nobody else, nor the end.
func TestHangs(t *testing.T) {
	fuse := hosttest.MountFUSE(t, "-o", "default_permissions") // the kernel asks the server for the mode
	l := listen(t, Config{}, hostLimits())
	dir := t.TempDir()
	fd := openPath(t, fuse.Dir)
	defer unix.Close(fd)
	fuse.Hang()
	came := make(chan error)
	go func() {
		_, err := l.Watch(fd, Data, nil)
		came <- err
	}()
	hosttest.Eventually(t, "the call hangs", func() bool { return hosttest.WaitsIn(t, os.Getpid(), hosttest.FUSERequest) })
	w := l.watch(dir, Data)
	hosttest.MakeData(t, dir)
	l.catchUp()
	l.expect(w, "created .handoff.lock")
	l.Close()
	select {
	case err := <-came:
		t.Fatalf("the call has not hung: %v", err)
	default:
	}
	fuse.Answer()
	if err := <-came; err != os.ErrClosed {
		t.Errorf("after Close the call returned %v, want os.ErrClosed", err)
	}
}

// Whether an entry came is known at once, though it waits to be read.
func TestWaits(t *testing.T) {
	l := listen(t, Config{}, hostLimits())
	dir, other := hosttest.TempDir(t), hosttest.TempDir(t)
	w, beside := l.watch(dir, Data), l.watch(other, Data)
	waits := func(w *Watch, change Change) bool {
		return l.Waits(w, func(e Entry) bool { return e.Name == lock.DefaultNames.Pidfile && e.Change == change })
	}
	for i := range 100 {
		if waits(w, MovedTo) {
			t.Fatalf("%d: a pidfile came, and none did", i)
		}
		held, err := lock.Acquire(dir)
		try(t, err)
		if !waits(w, MovedTo) || waits(w, Deleted) || waits(beside, MovedTo) {
			t.Fatalf("%d: came %t, went %t, came beside it %t", i, waits(w, MovedTo), waits(w, Deleted), waits(beside, MovedTo))
		}
		try(t, held.Release())
		l.catchUp()
	}
	for range mostEntries {
		held, err := lock.Acquire(dir)
		try(t, err)
		try(t, held.Release())
	}
	if !waits(w, Created) {
		t.Error("nothing waits, though something of it was lost")
	}
	l.Unwatch(w)
	if !waits(w, MovedTo) {
		t.Error("nothing waits where nobody can tell")
	}
}
