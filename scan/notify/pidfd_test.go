package notify

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"lockscope/lock/locktest"
	"lockscope/lock/proc"
	"lockscope/scan/hosttest"
)

// identity is who has a PID now.
func identity(t testing.TB, pid int) proc.Process {
	t.Helper()
	p, state, err := proc.Host.Find(pid)
	if err != nil || state == proc.Gone {
		t.Fatalf("process %d: %v, %v", pid, state, err)
	}
	return p
}

// daemon starts one, which does nothing.
func daemon(t testing.TB, w *locktest.World) (*locktest.Proc, proc.Process) {
	t.Helper()
	d, err := w.Daemon(filepath.Join(w.Root, "data"))
	try(t, err)
	return d, identity(t, d.PID)
}

func (l *listener) follow(p proc.Process) {
	l.t.Helper()
	try(l.t, l.Follow(p))
}

// hears waits for the end of a process, which must be told once.
func (l *listener) hears(p proc.Process) (at time.Time) {
	l.t.Helper()
	n := func() (n int) {
		for _, e := range l.ends {
			if e.Process == p {
				n++
				at = e.When.At
			}
		}
		return n
	}
	l.until(fmt.Sprint("the end of ", p, " is told"), func() bool { return n() > 0 })
	if n() != 1 {
		l.t.Errorf("the end of %v was told %d times", p, n())
	}
	return at
}

// thread is the number of a thread of this program that is not its first, which has the PID. It
// lasts until the test ends.
func thread(t *testing.T) int {
	t.Helper()
	done, numbers := make(chan bool), make(chan int)
	t.Cleanup(func() { close(done) })
	for {
		go func() {
			runtime.LockOSThread()
			numbers <- unix.Gettid()
			<-done
		}()
		if number := <-numbers; number != os.Getpid() {
			return number
		}
	}
}

// Who has ended before is told as ended, and so is who is another now, or nobody.
func TestFollowTooLate(t *testing.T) {
	l := listen(t, Config{}, hostLimits())
	d, gone := daemon(t, locktest.TestWorld(t))
	d.Kill()
	self := identity(t, os.Getpid())
	for _, p := range []proc.Process{
		gone, {PID: gone.PID}, {PID: 2147483647}, {PID: 2147483647, Ticks: 5}, {PID: 0}, {PID: -1}, {PID: -self.PID},
		{PID: self.PID, Ticks: self.Ticks + 1}, {PID: self.PID, Ticks: 1}, {PID: thread(t)}, {PID: 1 << 40},
	} {
		l.follow(p)
		l.hears(p)
		l.Unfollow(p) // does nothing
	}
	if st := l.Stats(); st.Followed != 0 || len(st.ProcessesRefused) != 0 {
		t.Errorf("the statistics are %+v", st)
	}
}

// The end of a process is told, however many follow it, and again to who follows it afterwards.
func TestFollow(t *testing.T) {
	l := listen(t, Config{}, hostLimits())
	w := locktest.TestWorld(t)
	d, p := daemon(t, w)
	other, q := daemon(t, w)
	l.follow(p)
	l.follow(p)
	l.follow(proc.Process{PID: q.PID})
	if n := l.Stats().Followed; n != 2 {
		t.Errorf("%d processes are followed, want 2", n)
	}
	l.Unfollow(p) // the other one who follows it stays
	before := time.Now()
	d.Kill()
	if at := l.hears(p); at.Before(before) || at.After(time.Now()) {
		t.Errorf("told at %v, want between %v and now", at, before)
	}
	if n := l.Stats().Followed; n != 1 {
		t.Errorf("%d processes are followed, want 1", n)
	}
	l.ends = nil
	l.follow(p)
	l.hears(p)
	other.Kill()
	l.hears(proc.Process{PID: q.PID}) // named as it was asked for
}

// Who is followed no more is not told of.
func TestUnfollow(t *testing.T) {
	l := listen(t, Config{}, hostLimits())
	w := locktest.TestWorld(t)
	d, p := daemon(t, w)
	other, q := daemon(t, w)
	l.follow(p)
	l.follow(p)
	l.Unfollow(p)
	l.Unfollow(p)
	l.Unfollow(p)
	d.Kill()
	l.follow(q) // has the same descriptor, most likely
	other.Kill()
	l.hears(q)
	if len(l.ends) != 1 || l.Stats().Followed != 0 {
		t.Errorf("told %v, with %d still followed", l.ends, l.Stats().Followed)
	}
}

// Whoever was told of an end, and unfollows the process then, does not take it from another who has followed
// it since.
func TestUnfollowAfterEnd(t *testing.T) {
	l := listen(t, Config{}, hostLimits())
	d, p := daemon(t, locktest.TestWorld(t))
	l.follow(p)
	d.Kill()
	l.hears(p)
	l.ends = nil
	l.follow(p) // another does: it has ended, and that is not taken yet
	l.Unfollow(p)
	l.takeAll()
	if len(l.ends) != 1 || l.Stats().Followed != 0 {
		t.Errorf("told %v, with %d still followed", l.ends, l.Stats().Followed)
	}
}

// The number of a descriptor says nothing: it may have been another process's when the kernel was
// asked.
func TestDescriptorReused(t *testing.T) {
	l := listen(t, Config{}, hostLimits())
	d, p := daemon(t, locktest.TestWorld(t))
	l.follow(p)
	f := l.processes.by[p]
	l.processesEnded([]unix.EpollEvent{{Events: unix.EPOLLIN, Fd: int32(f.fd), Pad: f.serial - 1}}, Moment{At: time.Now()})
	if l.takeAll(); len(l.ends) != 0 {
		t.Errorf("told %v of a process that lives", l.ends)
	}
	d.Kill()
	l.hears(p)
}

// A process has ended when it waits to be reaped.
func TestFollowZombie(t *testing.T) {
	l := listen(t, Config{}, hostLimits())
	w := locktest.TestWorld(t)
	d, p := daemon(t, w)
	l.follow(p)
	d.Zombify()
	l.hears(p)
	if _, state, _ := proc.Host.Find(p.PID); state != proc.Zombie {
		t.Fatalf("it is %v, want a zombie", state)
	}
	l.ends = nil
	l.follow(p)
	l.hears(p)
}

// A process whose first thread has exited has not ended.
func TestFollowHeadless(t *testing.T) {
	l := listen(t, Config{}, hostLimits())
	w := locktest.TestWorld(t)
	site, err := w.Play(filepath.Join(w.Root, "data"), locktest.HeldHeadless)
	try(t, err)
	p := identity(t, site.Procs[0].PID)
	l.follow(p)
	other, q := daemon(t, w)
	l.follow(q)
	other.Kill()
	l.hears(q)
	if len(l.ends) != 1 || l.Stats().Followed != 1 {
		t.Errorf("told %v, with %d followed; want one each", l.ends, l.Stats().Followed)
	}
	site.Procs[0].Kill()
	l.hears(p)
}

func TestFollowBudget(t *testing.T) {
	limits := hostLimits()
	limits.processes = 1
	l := listen(t, Config{}, limits)
	w := locktest.TestWorld(t)
	d, p := daemon(t, w)
	_, q := daemon(t, w)
	l.follow(p)
	l.follow(p)
	if r := refusal(t, l.Follow(q)); r.Reason != Budget {
		t.Errorf("one too many: %v, want %v", r, Budget)
	}
	if st := l.Stats(); st.Followed != 1 || st.MostFollowed != 1 || st.ProcessesRefused[Budget] != 1 {
		t.Errorf("the statistics are %+v", st)
	}
	d.Kill()
	l.hears(p)
	l.follow(q)
}

// What a process did before its end is told before it, or with it.
func TestEntriesBeforeEnd(t *testing.T) {
	l := listen(t, Config{}, hostLimits())
	dir := t.TempDir()
	w := l.watch(dir, Data)
	for i := range 50 {
		name := filepath.Join(dir, ".handoff.pidfile")
		hosttest.WriteFile(t, name, "")
		l.catchUp()
		cmd := exec.Command("sh", "-c", `read line; exec rm "$0"`, name)
		in, err := cmd.StdinPipe()
		try(t, err)
		try(t, cmd.Start())
		p := identity(t, cmd.Process.Pid)
		l.follow(p)
		io.WriteString(in, "go\n")
		var at time.Time
		l.until("it ends", func() bool {
			j := slices.IndexFunc(l.ends, func(e ProcessEnd) bool { return e.Process == p })
			if j >= 0 {
				at = l.ends[j].When.At
			}
			return j >= 0
		})
		cmd.Wait()
		entries := l.at(w).Entries
		last := entries[len(entries)-1]
		if len(entries) != 2*(i+1) || last.Change != Deleted || last.When.At.After(at) {
			t.Fatalf("its end was told at %v; by then, the last of %d entries was %+v", at, len(entries), last)
		}
	}
}

// An end that nobody has read yet is told also to who follows the process no more: it may be what is waited for.
func TestUnfollowTooLate(t *testing.T) {
	l := listen(t, Config{}, hostLimits())
	d, p := daemon(t, locktest.TestWorld(t))
	l.follow(p)
	l.queue.mu.Lock() // before it tells of an end the reader reads what happened in directories
	d.Kill()
	l.Unfollow(p)
	l.queue.mu.Unlock()
	l.hears(p)
	if n := l.Stats().Followed; n != 0 {
		t.Errorf("%d processes are followed, want none", n)
	}
}
