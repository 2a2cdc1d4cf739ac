package scan

import (
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"

	"lockscope/lock"
)

// descriptor is an open lock file through which a process holds a flock.
type descriptor struct {
	pid, fd int
	path    string // as the kernel names it
	deleted bool   // its last name was removed, or it was not the lock file's
	flock   flockLine
}

// deletedMark is what the kernel appends to the name of an unlinked file.
const deletedMark = " (deleted)"

// process is what a pass has found out about one PID. Everything is asked of
// the kernel once in a pass, and only when it is wanted.
type process struct {
	id    lock.Process
	state lock.ProcessState

	mu       sync.Mutex
	pending  []string         // descriptor directories of the process, not yet listed
	dir      string           // the directory that fds are in
	fds      []string         // not yet looked at
	links    []descriptor     // those of the lock file's name, by their links alone
	read     int              // of links: how many were read further
	held     []descriptor     // those of them through which a flock is held
	byIno    map[uint64][]int // indexes in held
	openOnce sync.Once
	useOf    func(lock.Place) lock.Use
}

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
		p = &process{byIno: map[uint64][]int{}}
		p.id, p.state, _ = lock.FindProcess(pid)
		p.pending = []string{"/proc/" + strconv.Itoa(pid)}
		ps.byPID[pid] = p
	}
	return p
}

// holding returns the descriptor through which p holds the flock on the lock
// file that ours recognizes, of inode number ino. Descriptors are looked at in
// ascending order until it is found: a daemon opens its lock early.
func (ps *processes) holding(p *process, ino uint64, ours func(descriptor) bool) (descriptor, bool) {
	if p.state == lock.ProcessGone {
		return descriptor{}, false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, i := range p.byIno[ino] {
		if ours(p.held[i]) {
			return p.held[i], true
		}
	}
	for {
		d, ok := ps.next(p)
		if !ok || ours(d) {
			return d, ok
		}
	}
}

// all returns every descriptor through which p holds a lock file's flock.
func (ps *processes) all(p *process) []descriptor {
	p.mu.Lock()
	defer p.mu.Unlock()
	for {
		if _, ok := ps.next(p); !ok {
			return p.held
		}
	}
}

// deleted returns the descriptors through which p holds the flock of a lock
// file that was deleted. Only those are read beyond their links.
func (ps *processes) deleted(p *process) (held []descriptor) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for ps.nextLink(p) {
	}
	for _, d := range p.links {
		if d.deleted && d.readFlock(p) {
			held = append(held, d)
		}
	}
	return held
}

// next reads on to the next descriptor of p that holds a flock on a file of the
// lock file's name.
func (ps *processes) next(p *process) (descriptor, bool) {
	for p.read < len(p.links) || ps.nextLink(p) {
		d := p.links[p.read]
		p.read++
		if d.readFlock(p) {
			p.byIno[d.flock.Ino] = append(p.byIno[d.flock.Ino], len(p.held))
			p.held = append(p.held, d)
			return d, true
		}
	}
	return descriptor{}, false
}

// nextLink looks on to the next descriptor of p that is of the lock file's
// name. Only readlink is used: stat through /proc/<pid>/fd would ask the file
// system, which may hang.
func (ps *processes) nextLink(p *process) bool {
	for {
		for len(p.fds) > 0 {
			name := p.fds[0]
			p.fds = p.fds[1:]
			path, _ := os.Readlink(p.dir + "/fd/" + name) // empty where it is closed or hidden
			path, deleted := strings.CutSuffix(path, deletedMark)
			if strings.HasSuffix(path, ps.lockName) {
				fd, _ := strconv.Atoi(name)
				p.links = append(p.links, descriptor{pid: p.id.PID, fd: fd, path: path, deleted: deleted})
				return true
			}
		}
		if len(p.pending) == 0 {
			return false
		}
		p.dir, p.pending = p.pending[0], p.pending[1:]
		p.list()
	}
}

// readFlock reads the flock that is held through d, and reports whether there
// is one.
func (d *descriptor) readFlock(p *process) bool {
	info := readFdinfo(p.dir, d.fd)
	d.flock = info.flock
	return info.locked
}

// readFdinfo reads what /proc shows of a descriptor, dir being a process's
// there. Of one that is closed or hidden, that is nothing.
func readFdinfo(dir string, fd int) fdinfo {
	text, err := os.ReadFile(dir + "/fdinfo/" + strconv.Itoa(fd))
	if err != nil {
		return fdinfo{}
	}
	return parseFdinfo(text)
}

// list reads which descriptors there are. A process whose thread-group leader
// has exited shows none of its own, but those of its threads are the same ones.
func (p *process) list() {
	entries, err := os.ReadDir(p.dir + "/fd")
	if err != nil && !vanished(err) {
		return
	}
	for _, e := range entries {
		p.fds = append(p.fds, e.Name())
	}
	slices.SortFunc(p.fds, func(a, b string) int {
		if len(a) != len(b) {
			return len(a) - len(b)
		}
		return strings.Compare(a, b)
	})
	if len(p.fds) > 0 {
		p.pending = nil // threads share their descriptors
		return
	}
	if leader := "/proc/" + strconv.Itoa(p.id.PID); p.dir == leader {
		if threads, err := os.ReadDir(leader + "/task"); err == nil && len(threads) > 1 {
			for _, t := range threads {
				if t.Name() != strconv.Itoa(p.id.PID) {
					p.pending = append(p.pending, leader+"/task/"+t.Name())
				}
			}
		}
	}
}

// stands confirms, with one small read, that the process still holds the
// flock through the descriptor it was seen to hold it through.
func (d descriptor) stands() bool {
	info := readFdinfo("/proc/"+strconv.Itoa(d.pid), d.fd)
	return info.locked && info.flock == d.flock
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
func (ps *processes) place(d descriptor) (lock.Place, bool) {
	mounts, err := ps.mounts.of(lock.Process{PID: d.pid})
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
