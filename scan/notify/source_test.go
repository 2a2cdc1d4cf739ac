package notify

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"lockscope/lock/locktest"
	"lockscope/scan/hosttest"
)

// descriptors counts those that a Source has.
func descriptors(t *testing.T) (n int) {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	try(t, err)
	for _, e := range entries {
		link, _ := os.Readlink("/proc/self/fd/" + e.Name())
		if strings.Contains(link, "mountinfo") || strings.Contains(link, "inotify") || strings.Contains(link, "pidfd") ||
			strings.Contains(link, "eventpoll") || strings.Contains(link, "eventfd") {
			n++
		}
	}
	return n
}

// Nothing is left of a closed Source, neither goroutines nor descriptors.
func TestClose(t *testing.T) {
	w := locktest.TestWorld(t)
	_, p := daemon(t, w)
	dir := t.TempDir()
	before, goroutines := descriptors(t), runtime.NumGoroutine()
	s, err := New(Config{Counts: counts})
	try(t, err)
	l := &listener{t: t, Source: s, heard: map[*Watch]*DirEvent{}}
	watch := l.watch(dir, Data)
	l.follow(p)
	if n := descriptors(t); n <= before {
		t.Errorf("%d descriptors of it are open, after %d: they are not found", n, before)
	}
	hosttest.MakeData(t, dir)
	l.until("it is told", func() bool { return len(l.at(watch).Entries) == 1 })
	for range 2 {
		try(t, s.Close())
	}
	if n := descriptors(t); n != before {
		t.Errorf("%d descriptors are open, %d were before", n, before)
	}
	hosttest.Eventually(t, "its goroutine is gone", func() bool { return runtime.NumGoroutine() <= goroutines })
	if _, err := l.tryWatch(dir, Data); err != os.ErrClosed {
		t.Errorf("Watch returned %v, want os.ErrClosed", err)
	}
	if err := s.Follow(p); err != os.ErrClosed {
		t.Errorf("Follow returned %v, want os.ErrClosed", err)
	}
	s.Unwatch(watch)
	s.Unfollow(p)
	if b := s.Take(); !b.isEmpty() {
		t.Errorf("told %+v", b)
	}
}

// It may be closed while others use it.
func TestCloseUnderWay(t *testing.T) {
	world := locktest.TestWorld(t)
	_, p := daemon(t, world)
	dirs := makeDirs(t, t.TempDir(), 4)
	before := descriptors(t)
	for range 50 {
		s, err := New(Config{Counts: counts})
		try(t, err)
		l := &listener{t: t, Source: s, heard: map[*Watch]*DirEvent{}}
		var users sync.WaitGroup
		begun := make(chan bool, len(dirs))
		for _, dir := range dirs {
			users.Go(func() {
				for first := true; ; first = false {
					w, err := l.tryWatch(dir, Data)
					if err == nil {
						err = s.Follow(p)
					}
					if err != nil {
						if err != os.ErrClosed {
							t.Errorf("got %v, want os.ErrClosed", err)
						}
						return
					}
					os.Mkdir(filepath.Join(dir, ".handoff.lock"), 0o755)
					os.Remove(filepath.Join(dir, ".handoff.lock"))
					s.Take()
					s.Unwatch(w)
					s.Unfollow(p)
					if first {
						begun <- true
					}
				}
			})
		}
		for range dirs {
			<-begun
		}
		s.Close()
		users.Wait()
	}
	if n := descriptors(t); n != before {
		t.Errorf("%d descriptors are open, %d were before", n, before)
	}
}

// A watch holds, though another one of the same directory is ended while it is armed.
func TestUnwatchWhileArming(t *testing.T) {
	l := listen(t, Config{}, hostLimits())
	dir := t.TempDir()
	other, calls := l.watch(dir, Data), 0
	l.addWatch = func(inotify int, path string) (wd int32, err error) {
		calls++
		wd, err = addWatch(inotify, path)
		l.Unwatch(other)
		return wd, err
	}
	w := l.watch(dir, Data)
	l.addWatch = addWatch
	hosttest.MakeData(t, dir)
	l.catchUp()
	l.expect(w, "created .handoff.lock")
	if calls != 2 {
		t.Errorf("the kernel was asked %d times, want 2", calls)
	}
}

// A watched directory that is armed again and again, as for another path, loses no event by that.
func TestArmedAgain(t *testing.T) {
	l := listen(t, Config{}, calmly())
	dir := t.TempDir()
	l.watch(dir, Data)
	var users sync.WaitGroup
	done := make(chan bool)
	for range 2 {
		users.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				w, err := l.tryWatch(dir, Data)
				if err != nil {
					t.Error(err)
					return
				}
				l.Unwatch(w)
			}
		})
	}
	name := filepath.Join(dir, ".handoff.pidfile")
	const n = 3000
	for range n {
		hosttest.WriteFile(t, name, "")
		try(t, os.Remove(name))
	}
	close(done)
	users.Wait()
	l.catchUp()
	if got := l.Stats().Counted - 1; got != 2*n { // but for the barrier's
		t.Errorf("%d events were told, want %d", got, 2*n)
	}
}

// calmly are limits that no storm reaches.
func calmly() limits {
	l := hostLimits()
	l.perWatch, l.perWindow = 1<<30, 1<<30
	return l
}

// Watches of one directory come and go concurrently, and all that are there are told.
func TestConcurrentWatches(t *testing.T) {
	l := listen(t, Config{}, calmly())
	dir := t.TempDir()
	var users sync.WaitGroup
	for range 4 {
		users.Go(func() {
			for range 2000 {
				w, err := l.tryWatch(dir, Data)
				if err != nil {
					t.Error(err)
					return
				}
				l.Unwatch(w)
			}
		})
	}
	for i := range 500 {
		w := l.watch(dir, Data)
		name := filepath.Join(dir, fmt.Sprint(barrier, i))
		hosttest.WriteFile(t, name, "")
		l.until("the entry is told", func() bool { return len(l.at(w).Entries) > 0 && !t.Failed() })
		l.Unwatch(w)
	}
	users.Wait()
	if st := l.Stats(); st.Watched != 0 {
		t.Errorf("%d inodes are watched in the end", st.Watched)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if ws := &l.watches; ws.passed != 0 || ws.arming != 0 || l.users != 3 { // readers
		t.Errorf("%d were passed through, %d are being armed, with %d users", ws.passed, ws.arming, l.users)
	}
}
