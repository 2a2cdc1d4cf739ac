package locktest

import (
	"bufio"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"syscall"

	"golang.org/x/sys/unix"
)

// Proc is a process that a World started. Its methods may be called concurrently.
type Proc struct {
	PID  int
	Args []string // as its command line shows them

	world  *World
	asking sync.Mutex
	in     *os.File // commands, a line each; its end is the end of the process
	out    *os.File // answers, a line each
	lines  *bufio.Reader
	grip   atomic.Pointer[grip] // the lock it took or inherited, if any

	keep   atomic.Bool   // not to be reaped when it dies
	exited chan struct{} // closed when it is dead and the kernel has let go of its descriptors
	mu     sync.Mutex
	reaped bool
}

// grip is a flock, which belongs to an open file description and so may be
// shared between processes.
type grip struct {
	fd       int    // the descriptor's number, which a child inherits too
	ino      uint64 // of the lock file
	locker   int    // PID that took it
	released atomic.Bool
}

// start starts this very program anew in the given role, under another name.
// It returns when the process has said that it is ready.
func (w *World) start(role, cwd string, args ...string) (*Proc, error) {
	env := append(os.Environ(), roleVar+"="+role)
	p, _, err := w.exec(self, cwd, env, args)
	return p, err
}

// exec starts a program, which must say that it is ready, and returns what it said.
func (w *World) exec(exe, cwd string, env, args []string) (p *Proc, said string, err error) {
	stdin, in, err := os.Pipe()
	if err != nil {
		return nil, "", err
	}
	out, stdout, err := os.Pipe()
	if err != nil {
		stdin.Close()
		in.Close()
		return nil, "", err
	}
	p = &Proc{Args: args, world: w, in: in, out: out, lines: bufio.NewReader(out), exited: make(chan struct{})}
	w.mu.Lock()
	if w.closed {
		err = fmt.Errorf("locktest: start %s: %w", args[0], os.ErrClosed)
	} else {
		p.PID, err = fork(exe, &os.ProcAttr{
			Dir:   cwd,
			Env:   env,
			Files: []*os.File{stdin, stdout, stdout}, // stderr too: a panic becomes the answer
			// A process group of its own keeps the terminal's ctrl-c away. When the maker
			// dies a stopped process is continued, so that it sees the end.
			Sys: &syscall.SysProcAttr{Setpgid: true, Pdeathsig: unix.SIGCONT},
		}, args)
	}
	if err == nil {
		w.adopt(p)
	}
	w.mu.Unlock()
	stdin.Close()
	stdout.Close()
	if err == nil {
		said, err = p.answer("start")
	}
	if err != nil {
		p.close()
		return nil, "", err
	}
	return p, said, nil
}

// fork starts a process and leaves waiting for it to others.
func fork(exe string, attr *os.ProcAttr, args []string) (pid int, err error) {
	process, err := os.StartProcess(exe, args, attr)
	if err != nil {
		return 0, err
	}
	pid = process.Pid
	return pid, process.Release()
}

// adopt begins to wait for a process, w.mu being locked.
func (w *World) adopt(p *Proc) {
	w.procs = append(w.procs, p)
	go func() {
		waitFor(p.PID, unix.WEXITED)
		close(p.exited)
		if !p.keep.Load() {
			p.reap()
		}
	}()
}

// waitFor waits for a child's change of state, and leaves it to be waited for again.
func waitFor(pid, change int) error {
	for {
		if err := unix.Waitid(unix.P_PID, pid, nil, change|unix.WNOWAIT, nil); err != unix.EINTR {
			return err
		}
	}
}

// reap waits until the process is dead, and makes its PID free for others.
func (p *Proc) reap() {
	<-p.exited
	p.mu.Lock()
	defer p.mu.Unlock()
	for !p.reaped {
		_, err := unix.Wait4(p.PID, nil, 0, nil)
		p.reaped = err != unix.EINTR
	}
}

// signal sends a signal unless the process has been reaped: until then
// nobody else can have its PID.
func (p *Proc) signal(sig unix.Signal) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.reaped {
		return fmt.Errorf("locktest: signal %s: %w", p, os.ErrProcessDone)
	}
	return unix.Kill(p.PID, sig)
}

func (p *Proc) close() {
	if p.in != nil {
		p.in.Close()
		p.out.Close()
	}
}

func (p *Proc) String() string { return fmt.Sprintf("%s %d", p.Args[0], p.PID) }

// Alive reports whether it has not died yet.
func (p *Proc) Alive() bool {
	select {
	case <-p.exited:
		return false
	default:
		return true
	}
}

// Kill kills it with SIGKILL and reaps it. On return the kernel has closed its descriptors.
func (p *Proc) Kill() {
	p.signal(unix.SIGKILL) // if it is dead already, so much the better
	p.reap()
}

// Zombify kills it, but leaves it a zombie until Kill or World.Close reaps it.
func (p *Proc) Zombify() {
	p.keep.Store(true)
	p.signal(unix.SIGKILL)
	<-p.exited
}

// Pause stops it with SIGSTOP, until Resume. On return it runs no more.
func (p *Proc) Pause() error {
	if err := p.signal(unix.SIGSTOP); err != nil {
		return err
	}
	return waitFor(p.PID, unix.WSTOPPED|unix.WEXITED)
}

// Resume continues it after Pause.
func (p *Proc) Resume() error { return p.signal(unix.SIGCONT) }
