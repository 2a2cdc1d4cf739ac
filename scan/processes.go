package scan

import (
	"strconv"
	"sync"

	"golang.org/x/sys/unix"

	"lockscope/lock"
	"lockscope/lock/proc"
)

// processes is what a pass has found out about processes. It may be used concurrently.
type processes struct {
	lockName string // with a slash before it
	pidName  string
	mounts   *mountTable
	mu       sync.Mutex
	byPID    map[int]*process

	nestedOnce sync.Once
	nestedBy   map[int][]lock.Process
	nestedErr  error
}

func newProcesses(names lock.Names, mounts *mountTable) *processes {
	return &processes{lockName: "/" + names.Lock, pidName: names.Pidfile, mounts: mounts, byPID: map[int]*process{}}
}

// find returns what there is under a PID.
func (ps *processes) find(pid int) *process {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	p := ps.byPID[pid]
	if p == nil {
		p = &process{lockName: ps.lockName, last: map[uint64]int32{}}
		p.more.L = &p.mu
		p.id, p.state, _ = lock.FindProcess(pid)
		p.dir = "/proc/" + strconv.Itoa(p.id.PID)
		ps.byPID[pid] = p
	}
	return p
}

// haveAtMost reports whether these processes have no more than some descriptors together.
func (ps *processes) haveAtMost(most int, pids []int) bool {
	for _, pid := range pids {
		p := ps.find(pid)
		p.mu.Lock()
		p.list()
		most -= len(p.fds)
		p.mu.Unlock()
		if most < 0 {
			return false
		}
	}
	return true
}

// used is what p has open, mapped, or as its working or root directory.
func (ps *processes) used(p *process) ([]lock.Used, error) {
	p.openOnce.Do(func() {
		mounts, err := ps.mounts.of(p.id)
		if err != nil {
			p.usedErr = err
			return
		}
		p.usedFiles, p.usedErr = p.id.Open(mounts)
	})
	return p.usedFiles, p.usedErr
}

// place is where the descriptor's file is, or was.
func (ps *processes) place(d *descriptor) (lock.Place, bool) {
	d.readLink()
	mounts, err := ps.mounts.of(d.of.id)
	if err != nil {
		return lock.Place{}, false
	}
	return mounts.Place(d.path)
}

// covered reports whether the file of a descriptor is one that a mount was put over: its name, in our mount namespace, leads
// through another mount now.
func (ps *processes) covered(d *descriptor) bool {
	d.readLink()
	theirs, err := ps.mounts.of(d.of.id)
	if d.deleted || err != nil || !theirs.Same(ps.mounts.ours) {
		return false
	}
	now, ok := ps.mounts.ours.Find(d.path)
	then := proc.ReadFDInfo(d.of.dir, int(d.fd)).MountID
	return ok && then != 0 && then != now.ID
}

// nested returns the processes that have a PID in a namespace below ours.
func (ps *processes) nested(pid int) ([]*process, error) {
	ps.findNested()
	var found []*process
	for _, id := range ps.nestedBy[pid] {
		found = append(found, ps.find(id.PID))
	}
	return found, ps.nestedErr
}

// heldBy returns the directories whose locks p holds.
func (ps *processes) heldBy(p *process) ([]lock.HeldDir, error) {
	p.heldOnce.Do(func() {
		p.heldDirs, p.heldErr = lock.Names{Lock: ps.lockName[1:], Pidfile: ps.pidName}.HeldBy(p.id)
	})
	return p.heldDirs, p.heldErr
}

func (ps *processes) findNested() {
	ps.nestedOnce.Do(func() { ps.nestedBy, ps.nestedErr = lock.NestedProcesses() })
}

// allNested returns every process that lives in a PID namespace below ours.
func (ps *processes) allNested() []*process {
	ps.findNested()
	var all []*process
	for _, ids := range ps.nestedBy {
		for _, id := range ids {
			all = append(all, ps.find(id.PID))
		}
	}
	return all
}

// allPIDs lists the processes that can be seen.
func allPIDs() []int {
	pids, _ := numbersIn("/proc")
	return pids
}

// numbersIn returns the entries of a directory in /proc that are numbers: PIDs or descriptors.
func numbersIn(dir string) (numbers []int, err error) {
	fd, err := unix.Open(dir, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	defer unix.Close(fd)
	err = eachName(fd, func(name []byte, _ byte) {
		if n, err := strconv.Atoi(string(name)); err == nil {
			numbers = append(numbers, n)
		}
	})
	return numbers, err
}
