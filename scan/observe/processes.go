package observe

import (
	"sync"
	"sync/atomic"
	"time"

	"lockscope/lock"
	"lockscope/lock/proc"
	"lockscope/scan/pool"
)

// processes is what a session has found out about processes. It may be used concurrently, and nobody
// waits in it longer than for an answer to a call.
type processes struct {
	names     lock.Names
	mounts    *mountTable
	calls     *calls
	brief     bool          // see Config
	usualFD   *atomic.Int32 // see process
	innerPIDs func() innerPIDTable

	mu    sync.Mutex
	byPID map[int]func() *process
}

func newProcesses(names lock.Names, mounts *mountTable, usualFD *atomic.Int32, brief bool) *processes {
	ps := &processes{names: names, mounts: mounts, calls: mounts.calls, usualFD: usualFD, brief: brief, byPID: map[int]func() *process{}}
	ps.innerPIDs = sync.OnceValue(ps.findInnerPIDs)
	return ps
}

// pids lists the processes that can be seen.
func (ps *processes) pids() []int { return ps.mounts.pids() }

// find returns the process with a PID. Where no answer came, its state is ProcessUnknown.
func (ps *processes) find(pid int) *process { return ps.findOnce(pid, false) }

// findNamed does the same for a process that a pidfile names, and so probably holds a lock.
func (ps *processes) findNamed(pid int) *process { return ps.findOnce(pid, true) }

func (ps *processes) findOnce(pid int, named bool) *process {
	ps.mu.Lock()
	found := ps.byPID[pid]
	if found == nil {
		found = sync.OnceValue(func() *process { return ps.look(pid, named) })
		ps.byPID[pid] = found
	}
	ps.mu.Unlock()
	return found()
}

// look asks the kernel about a process, and of one that a pidfile names also whether it holds a flock
// through the descriptor that daemons here mostly do. That it does shows that it lives: so where only
// verdicts are wanted, its start time is not read before somebody needs it.
func (ps *processes) look(pid int, named bool) *process {
	p := &process{lockName: "/" + ps.names.Lock, calls: ps.calls, usualFD: ps.usualFD, last: map[uint64]int32{}}
	p.more.L = &p.mu
	usual := int(ps.usualFD.Load())
	type answer struct {
		id    proc.Process
		state proc.State
		flock proc.Lock
	}
	now, ok := pool.Call(ps.calls, subject{pid, "stat"}, func() (now answer) {
		if named && usual > 0 && proc.IsLeader(pid) {
			now.id.PID, now.state, now.flock = pid, proc.Alive, proc.Host.Task(pid).FDInfo(usual).Flock
		}
		if !ps.brief || now.flock.Kind != proc.Flock {
			now.id, now.state, _ = proc.Host.Find(pid)
		}
		return now
	})
	p.id, p.state, p.noAnswer = now.id, lock.ProcessState(now.state), !ok
	if p.noAnswer {
		p.id.PID = pid
	}
	p.task = proc.Host.Task(p.id.PID)
	if now.flock.Kind == proc.Flock && p.id.PID == pid {
		p.usual = int32(usual) + 1
		p.hold(descriptor{of: p, fd: int32(usual), flock: now.flock})
	}
	p.started = sync.OnceValue(func() time.Time { return ps.findStarted(p.id) })
	p.inUse = sync.OnceValues(func() (used, error) { return ps.findUsed(p.id) })
	p.touched = sync.OnceValue(func() []proc.Place { return ps.findTouched(p.id) })
	p.heldDirs = sync.OnceValues(func() ([]lock.HeldDir, error) { return ps.findHeldDirs(p.id) })
	return p
}

// findStarted finds out when a process started.
func (ps *processes) findStarted(id proc.Process) time.Time {
	if id.Ticks == 0 {
		id, _ = pool.Call(ps.calls, subject{id.PID, "stat"}, func() proc.Process {
			id, _, _ := proc.Host.Find(id.PID)
			return id
		})
	}
	return id.Started()
}

// findUsed finds out what a process uses. The error is ErrNoAnswer, or why its mounts are not known.
func (ps *processes) findUsed(id proc.Process) (used, error) {
	mounts, err := ps.mounts.of(id)
	if err != nil {
		return used{}, err
	}
	return callErr(ps.calls, subject{id.PID, "use"}, func() (u used, err error) {
		u.files, u.unseen = proc.Host.Task(id.PID).Used(mounts)
		return u, nil
	})
}

// findTouched finds out a part of what a process uses, at less cost: see [proc.Task.Touched].
func (ps *processes) findTouched(id proc.Process) []proc.Place {
	mounts, err := ps.mounts.of(id)
	if err != nil {
		return nil
	}
	places, _ := pool.Call(ps.calls, subject{id.PID, "fd"}, func() []proc.Place { return proc.Host.Task(id.PID).Touched(mounts) })
	return places
}

// findHeldDirs finds the directories whose locks a process holds.
func (ps *processes) findHeldDirs(id proc.Process) ([]lock.HeldDir, error) {
	return callErr(ps.calls, subject{id.PID, "held"}, func() ([]lock.HeldDir, error) { return ps.names.HeldBy(id) })
}

// haveAtMost reports whether these processes together have at most so many descriptors. A process
// that gives no answer counts as having none.
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
