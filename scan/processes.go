package scan

import (
	"os"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/sys/unix"

	"lockscope/lock"
)

// processes is what a pass has found out about processes. It may be used concurrently.
type processes struct {
	lockName string // with a slash before it
	mounts   *mountTable
	mu       sync.Mutex
	byPID    map[int]*process

	nestedOnce sync.Once
	nestedBy   map[int][]lock.Process
	nestedErr  error
}

func newProcesses(lockName string, mounts *mountTable) *processes {
	return &processes{lockName: "/" + lockName, mounts: mounts, byPID: map[int]*process{}}
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

// uses says whether p has the directory at a place, or something below it, open.
func (ps *processes) uses(p *process, dir lock.Place) lock.Use {
	if !strings.HasPrefix(dir.Path, "/") { // where the directory is could not be told
		return lock.UseUnknown
	}
	if p.id.PID == os.Getpid() {
		return lock.UseNone // we have it open to look at it
	}
	p.openOnce.Do(func() {
		mounts, err := ps.mounts.of(p.id)
		if err != nil {
			p.useOf = lock.UseOf(nil, err)
			return
		}
		p.useOf = lock.UseOf(p.id.Open(mounts))
	})
	return p.useOf(dir)
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

// nested returns the processes that have a PID in a namespace below ours.
func (ps *processes) nested(pid int) ([]*process, error) {
	ps.nestedOnce.Do(func() { ps.nestedBy, ps.nestedErr = lock.NestedProcesses() })
	var found []*process
	for _, id := range ps.nestedBy[pid] {
		found = append(found, ps.find(id.PID))
	}
	return found, ps.nestedErr
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
