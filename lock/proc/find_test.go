//go:build linux

package proc

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestFind(t *testing.T) {
	find := func(pid int) (Process, State) {
		t.Helper()
		p, state, err := Host.Find(pid)
		if err != nil {
			t.Fatal(err)
		}
		return p, state
	}
	for _, pid := range []int{1<<31 - 1, 0, -1, -os.Getpid(), -1 << 31} {
		if p, state := find(pid); state != Gone || p != (Process{}) {
			t.Errorf("PID %d: %+v, %v, want gone", pid, p, state)
		}
	}
	self, state := find(os.Getpid())
	if state != Alive || self.PID != os.Getpid() {
		t.Errorf("self: %+v, %v", self, state)
	}

	before := time.Now()
	q := exec.Command("sleep", "1000")
	if err := q.Start(); err != nil {
		t.Fatal(err)
	}
	defer q.Wait()
	defer q.Process.Kill()
	pid := q.Process.Pid
	child, state := find(pid)
	if state != Alive || child.Ticks < self.Ticks {
		t.Errorf("child: %+v, %v, self %+v", child, state, self)
	}
	const tick = time.Second / ticksPerSecond
	if started := child.Started(); started.Before(before.Add(-2*tick)) || started.After(time.Now().Add(tick)) {
		t.Errorf("the child started %v, but was made between %v and %v", started, before, time.Now())
	}

	q.Process.Kill()
	err := unix.EINTR
	for err == unix.EINTR { // until it has ended, and without reaping it
		err, _ = unix.Waitid(unix.P_PID, pid, nil, unix.WEXITED|unix.WNOWAIT, nil).(unix.Errno)
	}
	if zombie, state := find(pid); zombie != child || state != Zombie {
		t.Errorf("the zombie is %+v, %v, it was %+v (%v)", zombie, state, child, err)
	}
	if mounts, err := Host.Task(pid).Mounts(); !IsGone(err) { // they were not kept back
		t.Errorf("the zombie's mounts are %v, %v", mounts, err)
	}
	q.Wait() // reaps
	if _, state := find(pid); state != Gone {
		t.Errorf("reaped: %v", state)
	}
}

// The number of a thread finds the process that the thread belongs to.
func TestFindThread(t *testing.T) {
	threads := make(chan int)
	done := make(chan bool)
	defer close(done)
	for range 2 { // of two one at most is the first thread, whose number is the PID
		go func() {
			runtime.LockOSThread()
			threads <- unix.Gettid()
			<-done
		}()
	}
	thread, other := <-threads, <-threads
	if thread == os.Getpid() {
		thread = other
	}
	if p, state, err := Host.Find(thread); p.PID != os.Getpid() || p.Ticks == 0 || state != Alive || err != nil {
		t.Errorf("thread %d of %d: %+v, %v, %v", thread, os.Getpid(), p, state, err)
	}
	if !Host.Self().HasThread(thread) || Host.Self().HasThread(1<<31-1) {
		t.Errorf("thread %d is not told from others", thread)
	}
}

// What /proc shows of a process decides its state. A process that it does not show is alive.
func TestFindInFixture(t *testing.T) {
	f := fixture(t)
	for pid, want := range map[int]struct {
		Process
		State
	}{
		1:           {Process{1, 4412}, Alive},
		os.Getpid(): {Process{PID: os.Getpid()}, Alive}, // hidden
		5000002:     {Process{}, Gone},
	} {
		if p, state, err := f.Find(pid); p != want.Process || state != want.State || err != nil {
			t.Errorf("PID %d: %+v, %v, %v, want %+v", pid, p, state, err, want)
		}
	}
	stat := string(f.Task(1)) + "/stat"
	if err := os.WriteFile(stat, []byte("1 (cut sho"), 0o644); err != nil {
		t.Fatal(err)
	}
	if p, state, err := f.Find(1); p != (Process{PID: 1}) || state != Unknown || err == nil || IsGone(err) {
		t.Errorf("what cannot be read: %+v, %v, %v", p, state, err)
	}
}

// A process with another PID in its own namespace is found by that PID.
func TestNested(t *testing.T) {
	f := fixture(t)
	if nested, err := f.Nested(); len(nested) > 0 || err != nil {
		t.Errorf("none of them lives: %v, %v", nested, err)
	}
	pid := os.Getpid()
	task := string(f.Task(pid))
	err := os.MkdirAll(task+"/ns", 0o755)
	if err == nil {
		err = os.Symlink("pid:[4026532999]", task+"/ns/pid")
	}
	if err == nil {
		err = os.WriteFile(task+"/status", []byte("NSpid:\t7\t12\n"), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
	nested, err := f.Nested()
	if want := []Process{{PID: pid}}; len(nested) != 1 || !slices.Equal(nested[12], want) || err != nil {
		t.Errorf("%v, %v, want %v as 12", nested, err, want)
	}
}

// A process whose first thread has exited looks like a zombie, but runs. Its other threads show
// what it has.
func TestHeadless(t *testing.T) {
	dir := t.TempDir()
	cmd, fd := startHeadless(t, dir)
	pid := cmd.Process.Pid
	if p, state, err := Host.Find(pid); state != Alive || p.PID != pid || p.Ticks == 0 || err != nil {
		t.Errorf("%+v, %v, %v, want alive", p, state, err)
	}
	if fds, err := Host.Task(pid).Descriptors(); len(fds) > 0 {
		t.Errorf("the first thread has descriptors: %v, %v", fds, err)
	}
	task := Host.Task(pid).Running()
	if info := task.FDInfo(fd); info.Flock.Kind != Flock || info.Flock.PID != pid {
		t.Errorf("%s, descriptor %d: %+v", task, fd, info)
	}
	if link, err := task.Link(fd); link != filepath.Join(dir, "lock") || err != nil {
		t.Errorf("descriptor %d is %q, %v", fd, link, err)
	}
	if shared, err := Host.SharesMounts(task); !shared || err != nil {
		t.Errorf("our mounts: %v, %v", shared, err)
	}
	mounts, err := Host.Mounts(pid)
	if err != nil {
		t.Fatal(err)
	}
	place, ok := mounts.Place(dir)
	if !ok {
		t.Fatalf("%s has no place", dir)
	}
	below := 0
	used, err := Host.Task(pid).Used(mounts)
	for _, u := range used {
		if u.Below(place) {
			below++
		}
	}
	if below < 2 || err != nil { // the directory, and the file
		t.Errorf("uses %d things of %+v (%v): %+v", below, place, err, used)
	}
}

// A link is read whole, however long it is.
func TestLinkLong(t *testing.T) {
	dir := t.TempDir()
	for len(dir) <= 3*linkStart {
		dir = filepath.Join(dir, strings.Repeat("x", 200))
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{dir, dir[:linkStart-1], dir[:linkStart], dir[:linkStart+1]} {
		path = filepath.Clean(path)
		if err := os.MkdirAll(path, 0o755); err != nil {
			t.Fatal(err)
		}
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if link, err := Host.Self().Link(int(f.Fd())); link != path || err != nil {
			t.Errorf("%d bytes: %q, %v; want %q", len(path), link, err, path)
		}
	}
}
