package observe

import (
	"slices"
	"strings"
	"sync"

	"lockscope/lock"
	"lockscope/lock/proc"
)

// descriptor is one through which a process holds a flock.
type descriptor struct {
	of    *process
	fd    int32
	prev  int32     // in of.held, of the one before on this inode number, plus one
	flock proc.Lock // none of an opener's

	// What its link tells, once it was read: see readLink.
	path    string // as the kernel names the file
	deleted bool   // its last name was removed, or it was not the lock file's
}

// closed stands for the path of a file that is closed, or hidden.
const closed = "?"

// readLink reads what the kernel calls the file. Only readlink is used: stat through
// /proc/<pid>/fd would ask the file system, which may hang.
func (d *descriptor) readLink() {
	if d.path != "" {
		return
	}
	d.path, d.deleted = closed, false
	if name, err := d.of.task.Link(int(d.fd)); err == nil {
		d.path, d.deleted = strings.CutSuffix(name, proc.Deleted)
	}
}

// process is what a pass has found out about one PID. Everything is asked of
// the kernel once in a pass, and only when it is wanted.
type process struct {
	id       proc.Process
	state    lock.ProcessState
	lockName string // with a slash before it

	mu       sync.Mutex
	task     proc.Task        // where its descriptors are shown: its own, or one of its threads'; it stands once any was looked at
	listed   bool             // fds are known; before that, they are taken to be 0, 1, 2 and so on
	fds      []int            // its descriptors, ascending
	read     int              // how many of them were looked at, or are being
	missing  int              // how many of these there were not
	ended    bool             // so many that there may be no more
	reading  int              // goroutines that look at some
	more     sync.Cond        // they have
	linked   int              // up to which the rest was searched for deleted files by their links
	held     []descriptor     // those looked at through which a flock is held
	replaced []descriptor     // those found by their links, a flock held through them
	opened   []opener         // those looked at that are on a file of the lock's name, without a flock
	last     map[uint64]int32 // by inode number, the last in held, plus one
	calls    *calls
	silent   bool // no answer came
	used     func() (used, error)
	heldDirs func() ([]lock.HeldDir, error)
	touched  func() []proc.Place
}

// findHolding returns the descriptor through which p holds the flock on the lock
// file that ours recognizes, of inode number ino. Descriptors are looked at in
// ascending order until it is found: a daemon opens its lock early.
func (p *process) findHolding(ino uint64, ours func(*descriptor) bool) (d descriptor, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for tried := int32(0); ; {
		last := p.last[ino]
		for i := last; i > tried; i = p.held[i-1].prev {
			if d := &p.held[i-1]; ours(d) {
				return *d, true
			}
		}
		tried = last
		if !p.readSome() {
			return descriptor{}, false
		}
	}
}

// findAll returns every descriptor through which p holds a flock.
func (p *process) findAll() []descriptor {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.list()
	for p.readSome() {
	}
	return p.held
}

// opener is a descriptor on a file of the lock's name through which no flock is held.
type opener struct {
	at   descriptor
	info proc.FDInfo
}

// findOpeners returns every such descriptor of p.
func (p *process) findOpeners() []opener {
	p.findAll()
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.opened
}

// servers are programs that serve files to other hosts, or to virtual machines, and that no device gives away.
var servers = []string{"virtiofsd", "smbd", "ganesha.nfsd", "unfsd", "diod", "glusterfsd"}

// findServes reports whether p serves a file system, by FUSE or otherwise. Then what it has open may be in use by others, who
// hold locks that this kernel does not know of.
func (p *process) findServes() bool {
	if slices.Contains(servers, strings.TrimSpace(p.task.Comm())) {
		return true
	}
	fds, _ := p.task.Descriptors()
	return slices.ContainsFunc(fds, func(fd int) bool {
		name, _ := p.task.Link(fd)
		return name == "/dev/fuse" || name == "/dev/kvm"
	})
}

// findFormer returns the descriptors through which p holds the flock of a file of the lock's name that
// may have been a directory's once. Those on a file that is known to be
// there are not looked at further.
func (p *process) findFormer(known func(proc.Lock) bool, maybe func(*descriptor) bool) []descriptor {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.list()
	for max(p.read, p.linked) < len(p.fds) {
		p.linked = max(p.read, p.linked) + 1
		d := descriptor{of: p, fd: int32(p.fds[p.linked-1])}
		if d.isLockFile() && d.readFDInfo().Flock.Kind == proc.Flock {
			p.replaced = append(p.replaced, d)
		}
	}
	var found []descriptor
	for i := range p.held {
		if d := &p.held[i]; !known(d.flock) && d.isLockFile() && maybe(d) {
			found = append(found, *d)
		}
	}
	for _, d := range p.replaced {
		if !known(d.flock) && maybe(&d) && !slices.ContainsFunc(found, func(f descriptor) bool { return f.fd == d.fd }) {
			found = append(found, d)
		}
	}
	return found
}

const (
	// manyLocks is how many locks a process must hold for its links to be skipped. A
	// link is read in half the time that fdinfo takes, and of most processes it tells that there is
	// nothing more to read; of one that holds lock after lock it tells nothing.
	manyLocks = 16
	// readMost is how many descriptors of such a process are looked at before
	// anybody else gets to see what was found.
	readMost = 64
	// fewMissing is how many descriptors, and an eighth of all, may be missing for the others not to be listed.
	fewMissing = 8
)

// readSome looks at the next descriptor, or at some, or waits for another who does. It
// returns false where none is left. The caller holds mu, and loses it meanwhile: one process may
// hold the locks of very many directories, which are looked at side by side.
func (p *process) readSome() bool {
	switch {
	case p.listed:
	case p.ended && p.reading > 0: // what is wanted may be among those
		p.more.Wait()
		return true
	case p.ended || p.read == 0 && !p.has(0):
		p.list()
	}
	n, many := 1, len(p.held) >= manyLocks
	if many {
		n = readMost
	}
	fds := p.next(n)
	if len(fds) == 0 {
		if p.reading > 0 {
			p.more.Wait()
			return true
		}
		return false
	}
	p.read += len(fds)
	p.reading++
	p.mu.Unlock()
	var held []descriptor
	var opened []opener
	missing := 0
	if many {
		held, opened, missing = p.flocks(fds)
	} else if d := (descriptor{of: p, fd: int32(fds[0])}); d.isLockFile() {
		if info := d.readFDInfo(); info.Flock.Kind == proc.Flock {
			held = append(held, d)
		} else {
			opened = append(opened, opener{d, info})
		}
	} else if d.path == closed {
		missing = 1
	}
	p.mu.Lock()
	p.reading--
	p.missing += missing
	p.ended = p.ended || missing == readMost || p.missing > fewMissing+p.read/8
	p.opened = append(p.opened, opened...)
	for _, d := range held {
		d.prev = p.last[d.flock.Ino]
		p.held = append(p.held, d)
		p.last[d.flock.Ino] = int32(len(p.held))
	}
	p.more.Broadcast()
	return true
}

// has reports whether there is a descriptor of this number.
func (p *process) has(fd int32) bool {
	d := descriptor{of: p, fd: fd}
	d.readLink()
	return d.path != closed
}

// next returns the next n descriptors to look at, or as many as there are. They have few gaps as a
// rule, since open(2) gives the lowest number that is free. To list ten thousand takes 9 ms,
// in which nobody could look at any, so they are not listed before many are missing.
func (p *process) next(n int) []int {
	if p.listed {
		return p.fds[p.read:min(p.read+n, len(p.fds))]
	}
	fds := make([]int, n)
	for i := range fds {
		fds[i] = p.read + i
	}
	return fds
}

// isLockFile reports whether the file has, or had, the lock file's name.
func (d *descriptor) isLockFile() bool {
	d.readLink()
	return strings.HasSuffix(d.path, d.of.lockName)
}

// readFDInfo reads what the kernel says of d, and keeps the flock that is held through it.
func (d *descriptor) readFDInfo() proc.FDInfo {
	info := d.of.task.FDInfo(int(d.fd))
	d.flock = info.Flock
	return info
}

// flocks returns those of some descriptors through which a flock is held, those without one that are on a file of the
// lock's name, and how many of them could not be looked at.
func (p *process) flocks(fds []int) (held []descriptor, opened []opener, missing int) {
	err := p.task.FDInfos(fds, func(fd int, info proc.FDInfo, err error) {
		if err != nil {
			missing++
		}
		d := descriptor{of: p, fd: int32(fd), flock: info.Flock}
		if info.Flock.Kind == proc.Flock {
			held = append(held, d)
		} else if err == nil && d.isLockFile() {
			opened = append(opened, opener{d, info})
		}
	})
	if err != nil {
		return nil, nil, len(fds)
	}
	return held, opened, missing
}

// list reads which descriptors there are, once.
func (p *process) list() {
	if p.listed {
		return
	}
	p.listed = true
	p.fds, _ = p.task.Descriptors()
	if len(p.fds) == 0 && p.read == 0 {
		if thread := p.task.Running(); thread != p.task {
			p.task = thread
			p.fds, _ = thread.Descriptors()
		}
	}
	slices.Sort(p.fds)
	p.read, _ = slices.BinarySearch(p.fds, p.read)
}
