package locktest

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"lockscope/lock"
)

// A daemon reads commands, one a line: the words are joined by NUL bytes, and the whole is quoted. It
// answers each with one line: "ok" and a result, "held" and a PID, or "error" and a quoted text.

// answerTime is how long a process has to answer. The slowest machine needs far less, so a process
// that takes longer is broken.
const answerTime = 30 * time.Second

// ask gives a command and waits for the answer.
func (p *Proc) ask(words ...string) (string, error) {
	p.asking.Lock()
	defer p.asking.Unlock()
	if p.noCommands {
		return "", fmt.Errorf("locktest: %s: %s: takes no commands", p, words[0])
	}
	if _, err := fmt.Fprintf(p.pipes.in, "%q\n", strings.Join(words, "\x00")); err != nil {
		return "", fmt.Errorf("locktest: %s: %s: %w", p, words[0], err)
	}
	return p.answer(words[0])
}

func (p *Proc) answer(command string) (string, error) {
	p.pipes.out.SetReadDeadline(time.Now().Add(answerTime))
	line, err := p.pipes.lines.ReadString('\n')
	if err != nil {
		return "", fmt.Errorf("locktest: %s: no answer to %s: %w", p, command, err)
	}
	word, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
	switch word {
	case "ok":
		return rest, nil
	case "held":
		pid, _ := strconv.Atoi(rest)
		return "", &lock.HeldError{Dir: p.dir(), PID: pid}
	case "error":
		if text, err := strconv.Unquote(rest); err == nil {
			rest = text
		}
		return "", fmt.Errorf("locktest: %s: %s: %s", p, command, rest)
	}
	return "", fmt.Errorf("locktest: %s: %s: unexpected answer %q", p, command, line)
}

// dir is a daemon's data directory.
func (p *Proc) dir() string { return p.Args[len(p.Args)-1] }

// Acquire makes a daemon acquire the lock of its directory. If that is held, the error is a
// [*lock.HeldError].
func (p *Proc) Acquire() error {
	answer, err := p.ask("acquire")
	if err != nil {
		return err
	}
	var g heldFlock
	if _, err := fmt.Sscan(answer, &g.fd, &g.ino); err != nil {
		return err
	}
	g.locker = p.PID
	p.flock.Store(&g)
	return nil
}

// Release makes a daemon release its lock.
func (p *Proc) Release() error {
	_, err := p.ask("release")
	if g := p.flock.Swap(nil); g != nil {
		g.released.Store(true)
	}
	return err
}

// Fork makes a daemon start another program, which inherits the descriptor of the lock and does
// nothing.
func (p *Proc) Fork(args ...string) (*Proc, error) { return p.fork("fork", args) }

func (p *Proc) fork(how string, args []string) (*Proc, error) {
	answer, err := p.ask(append([]string{how}, args...)...)
	if err != nil {
		return nil, err
	}
	pid, err := strconv.Atoi(answer)
	if err != nil {
		return nil, err
	}
	child := &Proc{PID: pid, NSPID: pid, Args: args, pipes: p.pipes, noCommands: true}
	child.flock.Store(p.flock.Load())
	if err := p.world.adopt(child, func() error { return nil }); err != nil {
		return nil, err
	}
	return child, nil
}

// Holder is a process that holds a lock.
type Holder struct {
	*Proc
	FD      int  // the descriptor by which it holds the lock
	Locker  int  // PID of the process that took the lock, which may be dead
	Deleted bool // the lock file is not the one that is in the directory now
}

// Inherited reports whether another process took the lock, and the holder inherited its descriptor.
func (h Holder) Inherited() bool { return h.Locker != h.PID }

// holder describes how p holds a lock, if it does. ino is the inode of the directory's lock file.
func (p *Proc) holder(ino uint64) (Holder, bool) {
	g := p.flock.Load()
	if g == nil || g.released.Load() || !p.Alive() {
		return Holder{}, false
	}
	return Holder{Proc: p, FD: g.fd, Locker: g.locker, Deleted: g.ino != ino}, true
}
