package observe

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"lockscope/lock"
	"lockscope/lock/proc"
	"lockscope/scan/pool"
	"lockscope/scan/report"
)

// processes is what a session has found out about processes. It may be used concurrently, and nobody
// waits in it longer than for an answer to a call.
type processes struct {
	names     lock.Names
	lockName  string // the lock file's name, after a slash
	mounts    *mountTable
	calls     *calls
	brief     bool          // see Config
	usualFD   *atomic.Int32 // the descriptor through which the processes read before held their locks; 0 = none did
	innerPIDs func() innerPIDTable
	children  func() map[int][]int // the PIDs of processes by that of their parent

	mu    sync.Mutex
	byPID map[int]*process
}

func newProcesses(names lock.Names, mounts *mountTable, usualFD *atomic.Int32, brief bool) *processes {
	ps := &processes{names: names, lockName: "/" + names.Lock, mounts: mounts, calls: mounts.calls, usualFD: usualFD, brief: brief, byPID: map[int]*process{}}
	ps.innerPIDs = sync.OnceValue(ps.findInnerPIDs)
	ps.children = sync.OnceValue(ps.findChildren)
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
	p := ps.byPID[pid]
	if p == nil {
		p = &process{ps: ps}
		p.scan.of = p
		ps.byPID[pid] = p
	}
	ps.mu.Unlock()
	p.looked.Do(func() { ps.look(p, pid, named) })
	return p
}

// look asks the kernel about a process, and of one that a pidfile names also whether it holds a flock
// through the descriptor that daemons here mostly do. That it does shows that it lives: so where only
// verdicts are wanted, its start time is not read before somebody needs it.
func (ps *processes) look(p *process, pid int, named bool) {
	p.scan.more.L = &p.scan.mu
	usual := int(ps.usualFD.Load())
	type answer struct {
		id    proc.Process
		state proc.State
		flock proc.Lock
	}
	now, ok := pool.Call(ps.calls, subject{pid, "stat"}, func() (now answer) {
		if !named || usual == 0 || !proc.IsLeader(pid) {
			now.id, now.state, _ = proc.Host.Find(pid)
			return now
		}
		now.flock = proc.Host.Task(pid).FDInfo(usual).Flock
		if ps.brief && now.flock.Kind == proc.Flock {
			now.id.PID, now.state = pid, proc.Alive
		} else {
			now.id, now.state, _ = proc.Host.FindLeader(pid)
		}
		return now
	})
	p.id, p.state, p.noAnswer = now.id, lock.ProcessState(now.state), !ok
	if p.noAnswer {
		p.id.PID = pid
	}
	p.scan.task = proc.Host.Task(p.id.PID)
	if now.flock.Kind == proc.Flock && p.id.PID == pid {
		p.scan.usual = int32(usual) + 1
		p.scan.hold(descriptor{of: p, fd: int32(usual), flock: now.flock})
	}
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

// findUsed finds out what a process uses.
func (ps *processes) findUsed(id proc.Process) used {
	mounts, err := ps.mounts.of(id)
	if err != nil {
		return used{err: err}
	}
	u, ok := pool.Call(ps.calls, subject{id.PID, "use"}, func() (u used) {
		u.files, u.unseen = proc.Host.Task(id.PID).Used(mounts)
		return u
	})
	if !ok {
		u.err = report.ErrNoAnswer
	}
	return u
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
func (ps *processes) findHeldDirs(id proc.Process) (h heldDirs) {
	h.dirs, h.err = callErr(ps.calls, subject{id.PID, "held"}, func() ([]lock.HeldDir, error) { return ps.names.HeldBy(id) })
	return h
}

// findChildren lists the children of every process.
func (ps *processes) findChildren() map[int][]int {
	children, _ := pool.Call(ps.calls, subject{0, "parents"}, proc.Host.Children)
	return children
}

// haveAtMost reports whether these processes together have at most so many descriptors. A process
// that gives no answer counts as having none.
func (ps *processes) haveAtMost(most int, pids []int) bool {
	count := func(pid int) int { return proc.Host.Task(pid).DescriptorCount() }
	if proc.Host.Self().DescriptorCount() == 0 { // the kernel does not tell
		count = func(pid int) int {
			fds, _ := proc.Host.Task(pid).Descriptors()
			return len(fds)
		}
	}
	none := func(int) int { return 0 }
	for some := range slices.Chunk(pids, processesAtATime) {
		for _, n := range askSome(ps.calls, "descriptors", some, count, none) {
			most -= n
		}
		if most < 0 {
			return false
		}
	}
	return true
}
