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
	PID   int
	NSPID int      // its PID in its own namespace, which it writes into a pidfile; other than PID in a container
	Args  []string // its command line

	world      *World
	pipes      *pipes
	asking     sync.Mutex
	noCommands bool                      // it does not read commands
	flock      atomic.Pointer[heldFlock] // the one that it took or inherited, if any

	keep   atomic.Bool   // when it dies, leave it a zombie
	exited chan struct{} // closed when it is dead and the kernel has closed its descriptors
	mu     sync.Mutex
	reaped bool
}

// pipes are the maker's ends of a process's standard input and output. The children that the process
// forks share them.
type pipes struct {
	in    *os.File // commands, a line each; when it is closed the processes end
	out   *os.File // answers, a line each
	lines *bufio.Reader
	users atomic.Int32 // how many processes that were not reaped
}

// heldFlock is a flock. It belongs to an open file description, so processes can share it.
type heldFlock struct {
	fd       int    // the descriptor's number, which is the same in a child
	ino      uint64 // inode of the lock file
	locker   int    // PID of the process that took it
	released atomic.Bool
}

// program is a program to start.
type program struct {
	exe, cwd, role string
	args           []string
	flags          uintptr // for clone(2)
}

// start starts this program again under another name. The process does nothing until it is told to.
func (w *World) start(args ...string) (*Proc, error) {
	p, _, err := w.exec(program{exe: self, cwd: "/", role: roleDaemon, args: args})
	return p, err
}

// exec starts a program and waits until it is ready. The program must say "ok" and its PID then; said
// is all that follows "ok".
func (w *World) exec(prog program) (p *Proc, said string, err error) {
	stdin, in, err := os.Pipe()
	if err != nil {
		return nil, "", err
	}
	defer stdin.Close()
	out, stdout, err := os.Pipe()
	if err != nil {
		in.Close()
		return nil, "", err
	}
	p = &Proc{Args: prog.args, pipes: &pipes{in: in, out: out, lines: bufio.NewReader(out)}}
	err = w.adopt(p, func() (err error) {
		p.PID, err = fork(prog, []*os.File{stdin, stdout, stdout}) // stderr too: a panic becomes the answer
		return err
	})
	stdout.Close()
	if err != nil {
		in.Close()
		out.Close()
		return nil, "", err
	}
	if said, err = p.answer("start"); err == nil {
		_, err = fmt.Sscan(said, &p.NSPID)
	}
	if err != nil {
		p.Kill()
		return nil, "", err
	}
	return p, said, nil
}

// fork starts a process. The caller has to wait for it.
func fork(prog program, files []*os.File) (pid int, err error) {
	process, err := os.StartProcess(prog.exe, prog.args, &os.ProcAttr{
		Dir:   prog.cwd,
		Env:   append(os.Environ(), roleVar+"="+prog.role),
		Files: files,
		Sys: &syscall.SysProcAttr{
			Cloneflags: prog.flags,
			Setpgid:    true,         // so that the terminal's ctrl-c does not reach it
			Pdeathsig:  unix.SIGCONT, // or else a stopped process would not see the end of its pipe
		},
	})
	if err != nil {
		return 0, err
	}
	pid = process.Pid
	return pid, process.Release()
}

// adopt adds a process, which begin starts, to the World, and waits for its end from then on.
func (w *World) adopt(p *Proc, begin func() error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return fmt.Errorf("locktest: start %s: %w", p.Args[0], os.ErrClosed)
	}
	if err := begin(); err != nil {
		return err
	}
	p.world, p.exited = w, make(chan struct{})
	p.pipes.users.Add(1)
	w.procs[p] = true
	go func() {
		waitFor(p.PID, unix.WEXITED)
		close(p.exited)
		if !p.keep.Load() {
			p.reap()
		}
	}()
	return nil
}

// waitFor waits until a child changes its state, and does not reap it (WNOWAIT).
func waitFor(pid, change int) error {
	for {
		if err := unix.Waitid(unix.P_PID, pid, nil, change|unix.WNOWAIT, nil); err != unix.EINTR {
			return err
		}
	}
}

// reap waits until the process is dead, and reaps it. After that its PID may be used again.
func (p *Proc) reap() {
	<-p.exited
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.reaped {
		return
	}
	for !p.reaped {
		_, err := unix.Wait4(p.PID, nil, 0, nil)
		p.reaped = err != unix.EINTR
	}
	if p.pipes.users.Add(-1) == 0 {
		p.pipes.in.Close()
		p.pipes.out.Close()
	}
	p.world.mu.Lock()
	delete(p.world.procs, p)
	p.world.mu.Unlock()
}

// signal sends a signal, unless the process was reaped: from then on its PID may be another one's.
func (p *Proc) signal(sig unix.Signal) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.reaped {
		return fmt.Errorf("locktest: signal %s: %w", p, os.ErrProcessDone)
	}
	return unix.Kill(p.PID, sig)
}

func (p *Proc) String() string { return fmt.Sprintf("%s %d", p.Args[0], p.PID) }

// Alive reports whether the process has not died yet.
func (p *Proc) Alive() bool {
	select {
	case <-p.exited:
		return false
	default:
		return true
	}
}

// Kill kills the process with SIGKILL and reaps it. On return the kernel has closed its descriptors.
func (p *Proc) Kill() {
	p.signal(unix.SIGKILL) // the error says that it was reaped before
	p.reap()
}

// Zombify kills the process, and leaves it a zombie until Kill or World.Close reaps it.
func (p *Proc) Zombify() {
	p.keep.Store(true)
	p.signal(unix.SIGKILL)
	<-p.exited
}

// Pause stops the process with SIGSTOP until Resume. On return it has stopped.
func (p *Proc) Pause() error {
	if err := p.signal(unix.SIGSTOP); err != nil {
		return err
	}
	return waitFor(p.PID, unix.WSTOPPED|unix.WEXITED)
}

// Resume continues the process after Pause.
func (p *Proc) Resume() error { return p.signal(unix.SIGCONT) }
