package observe

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"lockscope/lock"
	"lockscope/lock/proc"
	"lockscope/scan/pool"
	"lockscope/scan/report"
)

// process is what a session has found out about one PID. The kernel is asked each thing once in a
// session, and only when it is wanted. It may be used concurrently.
type process struct {
	ps *processes

	looked   sync.Once // id, state and noAnswer are known
	id       proc.Process
	state    lock.ProcessState
	noAnswer bool // the kernel did not say what state it is in

	startedOnce  once[time.Time]
	inUseOnce    once[used]
	touchedOnce  once[[]proc.Place]
	heldDirsOnce once[heldDirs]
	scan         fdScan // its descriptors
}

// once keeps the answer to a question, which is asked when the answer is first wanted.
type once[T any] struct {
	asked  sync.Once
	answer T
}

func (o *once[T]) get(ask func() T) T {
	o.asked.Do(func() { o.answer = ask() })
	return o.answer
}

// used is what a process has open, mapped, or as its working or root directory.
type used struct {
	files  []proc.Used
	unseen error // why there may be more
	err    error // why nothing is known: ErrNoAnswer, or why its mounts are not known
}

// heldDirs are the directories whose locks a process holds.
type heldDirs struct {
	dirs []lock.HeldDir
	err  error // why there may be more
}

// started is when the process started.
func (p *process) started() time.Time {
	return p.startedOnce.get(func() time.Time { return p.ps.findStarted(p.id) })
}

// inUse is what the process uses.
func (p *process) inUse() (used, error) {
	u := p.inUseOnce.get(func() used { return p.ps.findUsed(p.id) })
	return u, u.err
}

// touched is a part of what the process uses, at less cost.
func (p *process) touched() []proc.Place {
	return p.touchedOnce.get(func() []proc.Place { return p.ps.findTouched(p.id) })
}

// hasEnded reports whether the process has ended since it was found.
func (p *process) hasEnded() bool {
	now, state, err := proc.Host.FindLeader(p.id.PID)
	return err == nil && (now != p.id || state != proc.Alive)
}

// heldDirs are the directories whose locks the process holds.
func (p *process) heldDirs() ([]lock.HeldDir, error) {
	h := p.heldDirsOnce.get(func() heldDirs { return p.ps.findHeldDirs(p.id) })
	return h.dirs, h.err
}

// descriptors is the subject of questions about the descriptors of p. One that hangs may keep mu. The
// others wait for mu within their own call, so nobody waits longer than for an answer.
func (p *process) descriptors() subject { return subject{p.id.PID, "fd"} }

// holding returns the descriptor through which p holds the flock on the lock file that ours
// recognizes, and that has inode number ino.
func (p *process) holding(ino uint64, ours func(*descriptor) bool) (d descriptor, ok bool) {
	if p.state == lock.ProcessGone {
		return descriptor{}, false
	}
	if d, ok := p.scan.alreadyRead(ino, ours); ok {
		return d, true
	}
	found, _ := pool.Call(p.ps.calls, p.descriptors(), func() *descriptor {
		if d, ok := p.scan.findHolding(ino, ours); ok {
			return &d
		}
		return nil
	})
	if found == nil {
		return descriptor{}, false
	}
	return *found, true
}

// all returns every descriptor through which p holds a flock.
func (p *process) all() []descriptor {
	found, _ := pool.Call(p.ps.calls, p.descriptors(), p.scan.findAll)
	return found
}

// formerLockFiles returns what fdScan.findFormerLockFiles does.
func (p *process) formerLockFiles(known func(proc.Lock) bool, maybe func(*descriptor) bool) []descriptor {
	found, _ := pool.Call(p.ps.calls, p.descriptors(), func() []descriptor { return p.scan.findFormerLockFiles(known, maybe) })
	return found
}

// openers returns what fdScan.findOpeners does.
func (p *process) openers() []opener {
	found, _ := pool.Call(p.ps.calls, p.descriptors(), p.scan.findOpeners)
	return found
}

// serves reports whether p serves a file system, or may.
func (p *process) serves() bool {
	found, ok := pool.Call(p.ps.calls, p.descriptors(), p.findServes)
	return found || !ok
}

// findServes reports whether p serves a file system, by FUSE or otherwise. What it has open may be in
// use by its clients, who may hold locks that this kernel does not know of.
func (p *process) findServes() bool {
	if slices.Contains(servers, strings.TrimSpace(p.scan.task.Comm())) {
		return true
	}
	fds, _ := p.scan.task.Descriptors()
	return slices.ContainsFunc(fds, func(fd int) bool {
		name, _ := p.scan.task.Link(fd)
		return name == "/dev/fuse" || name == "/dev/kvm"
	})
}

// servers are programs that serve files to other hosts or to virtual machines, and that have no
// device open which shows it.
var servers = []string{"virtiofsd", "smbd", "ganesha.nfsd", "unfsd", "diod", "glusterfsd"}

// givesNoAnswer reports whether the kernel gave no answer to what is asked to judge the process.
func (p *process) givesNoAnswer() bool {
	if p.noAnswer || p.state != lock.ProcessAlive {
		return p.noAnswer
	}
	_, err := p.inUse()
	return errors.Is(err, report.ErrNoAnswer)
}
