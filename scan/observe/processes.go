package observe

import (
	"sync"

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
	innerPIDs func() innerPIDTable

	mu    sync.Mutex
	byPID map[int]func() *process
}

func newProcesses(names lock.Names, mounts *mountTable) *processes {
	ps := &processes{names: names, mounts: mounts, calls: mounts.calls, byPID: map[int]func() *process{}}
	ps.innerPIDs = sync.OnceValue(ps.findInnerPIDs)
	return ps
}

// pids lists the processes that can be seen.
func (ps *processes) pids() []int { return ps.mounts.pids() }

// find returns the process with a PID. Where no answer came, its state is ProcessUnknown.
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
	p.id, p.state, p.noAnswer = found.id, found.state, !ok
	if p.noAnswer {
		p.id.PID = pid
	}
	p.task = proc.Host.Task(p.id.PID)
	p.inUse = sync.OnceValues(func() (used, error) { return ps.findUsed(p.id) })
	p.touched = sync.OnceValue(func() []proc.Place { return ps.findTouched(p.id) })
	p.heldDirs = sync.OnceValues(func() ([]lock.HeldDir, error) { return ps.findHeldDirs(p.id) })
	return p
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
