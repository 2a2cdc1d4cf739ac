package observe

import (
	"errors"
	"sync"

	"lockscope/lock"
	"lockscope/lock/proc"
	"lockscope/scan/pool"
	"lockscope/scan/report"
)

// processes is what a pass has found out about processes. It may be used
// concurrently, and nobody waits in it for longer than asking allows.
type processes struct {
	names  lock.Names
	mounts *mountTable
	calls  *calls
	mu     sync.Mutex
	byPID  map[int]func() *process

	nestedBy func() nestedPIDs
}

func newProcesses(names lock.Names, mounts *mountTable) *processes {
	ps := &processes{names: names, mounts: mounts, calls: mounts.calls, byPID: map[int]func() *process{}}
	ps.nestedBy = sync.OnceValue(ps.findNested)
	return ps
}

// find returns what there is under a PID. Where no answer came, its state is ProcessUnknown.
func (ps *processes) find(pid int) *process {
	ps.mu.Lock()
	found := ps.byPID[pid]
	if found == nil {
		found = sync.OnceValue(func() *process { return ps.look(pid) })
		ps.byPID[pid] = found
	}
	ps.mu.Unlock()
	return found()
}

func (ps *processes) look(pid int) *process {
	p := &process{lockName: "/" + ps.names.Lock, calls: ps.calls, last: map[uint64]int32{}}
	p.more.L = &p.mu
	type process struct {
		id    proc.Process
		state lock.ProcessState
	}
	found, ok := pool.Call(ps.calls, subject{pid, "stat"}, func() process {
		id, state, _ := proc.Host.Find(pid)
		return process{id, lock.ProcessState(state)}
	})
	p.id, p.state, p.silent = found.id, found.state, !ok
	if p.silent {
		p.id.PID = pid
	}
	p.task = proc.Host.Task(p.id.PID)
	p.used = sync.OnceValues(func() (used, error) { return ps.findUsed(p.id) })
	p.touched = sync.OnceValue(func() []proc.Place { return ps.findTouched(p.id) })
	p.heldDirs = sync.OnceValues(func() ([]lock.HeldDir, error) { return ps.findHeldDirs(p.id) })
	return p
}

// haveAtMost reports whether these processes have no more than some descriptors together, as far as they answer.
func (ps *processes) haveAtMost(most int, pids []int) bool {
	for _, pid := range pids {
		p := ps.find(pid)
		n, _ := pool.Call(ps.calls, p.descriptors(), func() int {
			p.mu.Lock()
			defer p.mu.Unlock()
			p.list()
			return len(p.fds)
		})
		if most -= n; most < 0 {
			return false
		}
	}
	return true
}

// descriptors is what p is asked about when its descriptors are looked at. That they are known to one
// goroutine only while it looks at them, does not keep others for longer than they wait for an answer.
func (p *process) descriptors() subject { return subject{p.id.PID, "fd"} }

// holding returns the descriptor through which p holds the flock on the lock
// file that ours recognizes, of inode number ino.
func (p *process) holding(ino uint64, ours func(*descriptor) bool) (d descriptor, ok bool) {
	if p.state == lock.ProcessGone {
		return descriptor{}, false
	}
	if d, ok := p.found(ino, ours); ok {
		return d, true
	}
	found, _ := pool.Call(p.calls, p.descriptors(), func() *descriptor {
		if d, ok := p.findHolding(ino, ours); ok {
			return &d
		}
		return nil
	})
	if found == nil {
		return descriptor{}, false
	}
	return *found, true
}

// found returns that descriptor if it is among those that were looked at, and nobody looks at more just now: of
// one that holds the locks of very many directories, it mostly is.
func (p *process) found(ino uint64, ours func(*descriptor) bool) (d descriptor, ok bool) {
	if !p.mu.TryLock() {
		return descriptor{}, false
	}
	var same []descriptor
	for i := p.last[ino]; i > 0; i = p.held[i-1].prev {
		same = append(same, p.held[i-1])
	}
	p.mu.Unlock()
	for i := range same {
		if ours(&same[i]) {
			return same[i], true
		}
	}
	return descriptor{}, false
}

// all returns every descriptor through which p holds a flock.
func (p *process) all() []descriptor {
	found, _ := pool.Call(p.calls, p.descriptors(), p.findAll)
	return found
}

// former returns the descriptors through which p holds the flock of a file of the lock's name that
// may have been a directory's once. Those on a file that is known to be
// there are not looked at further.
func (p *process) former(known func(proc.Lock) bool, maybe func(*descriptor) bool) []descriptor {
	found, _ := pool.Call(p.calls, p.descriptors(), func() []descriptor { return p.findFormer(known, maybe) })
	return found
}

// openers returns every descriptor of p on a file of the lock's name through which no flock is held.
func (p *process) openers() []opener {
	found, _ := pool.Call(p.calls, p.descriptors(), p.findOpeners)
	return found
}

// serves reports whether p serves a file system, or may.
func (p *process) serves() bool {
	found, ok := pool.Call(p.calls, p.descriptors(), p.findServes)
	return found || !ok
}

// stands confirms, with one small read, that the process still holds the
// flock through the descriptor it was seen to hold it through.
func (d descriptor) stands() bool {
	return d.info().Flock == d.flock
}

// info is what the kernel says of the descriptor now. Where no answer comes, that is nothing.
func (d descriptor) info() proc.FDInfo {
	info, _ := pool.Call(d.of.calls, d.of.descriptors(), func() proc.FDInfo { return d.of.task.FDInfo(int(d.fd)) })
	return info
}

// used is what a process has open, mapped, or as its working or root directory.
type used struct {
	files  []proc.Used
	unseen error // why there may be more
}

// findUsed finds that out. The error is ErrNoAnswer, or that of the process's mounts.
func (ps *processes) findUsed(id proc.Process) (used, error) {
	mounts, err := ps.mounts.of(id)
	if err != nil {
		return used{}, err
	}
	return askOrFail(ps.calls, subject{id.PID, "use"}, func() (u used, err error) {
		u.files, u.unseen = proc.Host.Task(id.PID).Used(mounts)
		return u, nil
	})
}

// findTouched finds out some of that, sooner: see [proc.Task.Touched].
func (ps *processes) findTouched(id proc.Process) []proc.Place {
	mounts, err := ps.mounts.of(id)
	if err != nil {
		return nil
	}
	places, _ := pool.Call(ps.calls, subject{id.PID, "fd"}, func() []proc.Place { return proc.Host.Task(id.PID).Touched(mounts) })
	return places
}

// findHeldDirs finds out the directories whose locks a process holds.
func (ps *processes) findHeldDirs(id proc.Process) ([]lock.HeldDir, error) {
	return askOrFail(ps.calls, subject{id.PID, "held"}, func() ([]lock.HeldDir, error) { return ps.names.HeldBy(id) })
}

// isSilent reports whether no answer came to what is asked to judge the process.
func (p *process) isSilent() bool {
	if p.silent || p.state != lock.ProcessAlive {
		return p.silent
	}
	_, err := p.used()
	return errors.Is(err, report.ErrNoAnswer)
}

// named has the name of the descriptor's file read, and reports whether an answer came.
func (ps *processes) named(d *descriptor) bool {
	if d.path == "" {
		linked, ok := pool.Call(ps.calls, d.of.descriptors(), func() descriptor { d := *d; d.readLink(); return d })
		if !ok {
			return false
		}
		d.path, d.deleted = linked.path, linked.deleted
	}
	return true
}

// place is where the descriptor's file is, or was.
func (ps *processes) place(d *descriptor) (proc.Place, bool) {
	if !ps.named(d) {
		return proc.Place{}, false
	}
	mounts, err := ps.mounts.of(d.of.id)
	if err != nil {
		return proc.Place{}, false
	}
	return mounts.Place(d.path)
}

// covered reports whether the file of a descriptor is one that a mount was put over: its name, in our mount namespace, leads
// through another mount now.
func (ps *processes) covered(d *descriptor) bool {
	if !ps.named(d) {
		return false
	}
	theirs, err := ps.mounts.of(d.of.id)
	if d.deleted || err != nil || !theirs.Same(ps.mounts.ours) {
		return false
	}
	now, ok := ps.mounts.ours.Find(d.path)
	then := d.info().MountID
	return ok && then != 0 && then != now.ID
}

// nested returns the processes that have a PID in a namespace below ours.
func (ps *processes) nested(pid int) ([]*process, error) {
	all := ps.nestedBy()
	var found []*process
	for _, id := range all.byPID[pid] {
		found = append(found, ps.find(id))
	}
	return found, all.err
}

// allNested returns every process that lives in a PID namespace below ours.
func (ps *processes) allNested() []*process {
	var all []*process
	for _, ids := range ps.nestedBy().byPID {
		for _, id := range ids {
			all = append(all, ps.find(id))
		}
	}
	return all
}

// nestedPIDs are the processes of PID namespaces below ours, by the PIDs that they have there: a daemon in a
// container knows, and writes into its pidfile, no other (pid_namespaces(7)).
type nestedPIDs struct {
	byPID map[int][]int
	err   error // not all could be looked at
}

func (ps *processes) findNested() (found nestedPIDs) {
	found.byPID = map[int][]int{}
	for _, who := range ps.mounts.everybody() {
		if who.pidNS == ps.mounts.pidNS { // most are: a link is read much sooner than the status is printed
			continue
		}
		there, ok := pool.Call(ps.calls, subject{who.pid, "status"}, func() (there numbered) {
			status, err := proc.Host.Task(who.pid).Status()
			return numbered{status.NSPID, err}
		})
		switch {
		case !ok || proc.IsGone(there.err): // who does not answer costs himself an answer
		case there.err != nil:
			found.err = there.err
		case there.pid != who.pid && there.pid > 0 && ps.find(who.pid).state == lock.ProcessAlive:
			found.byPID[there.pid] = append(found.byPID[there.pid], who.pid)
		}
	}
	return found
}

// numbered is the PID that a process has in its own namespace.
type numbered struct {
	pid int
	err error
}

// pids lists the processes that can be seen.
func (ps *processes) pids() []int { return ps.mounts.pids() }
