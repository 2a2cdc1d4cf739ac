package observe

import (
	"slices"

	"lockscope/lock/proc"
)

// findHolding returns the descriptor through which p holds the flock on the lock file that ours
// recognizes, and that has inode number ino. A daemon opens its lock file early, so descriptors are
// read in ascending order, and only until it is found. Daemons of one kind have it at the same number:
// that is kept for those that are looked at later.
func (p *process) findHolding(ino uint64, ours func(*descriptor) bool) (d descriptor, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	defer func() {
		if ok && len(p.held) == 1 { // one of many is at another descriptor for each lock
			p.ps.usualFD.Store(d.fd)
		}
	}()
	for tried := int32(0); ; {
		last := p.latest(ino)
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

// hold takes note of a descriptor through which a flock is held. The caller holds mu.
func (p *process) hold(d descriptor) {
	d.prev = p.latest(d.flock.Ino)
	p.held = append(p.held, d)
	switch {
	case p.last != nil:
		p.last[d.flock.Ino] = int32(len(p.held))
	case len(p.held) == manyLocks:
		p.last = map[uint64]int32{}
		for i := range p.held {
			p.last[p.held[i].flock.Ino] = int32(i + 1)
		}
	}
}

// latest returns the index in held, plus one, of the last descriptor with an inode number; 0 where there
// is none. The caller holds mu.
func (p *process) latest(ino uint64) int32 {
	if p.last != nil {
		return p.last[ino]
	}
	for i := len(p.held); i > 0; i-- {
		if p.held[i-1].flock.Ino == ino {
			return int32(i)
		}
	}
	return 0
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

// findOpeners returns every descriptor of p on a file with the lock file's name, through which no
// flock is held.
func (p *process) findOpeners() []opener {
	p.findAll()
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.opened
}

// findFormerLockFiles returns the descriptors through which p holds the flock of a file that may have
// been a directory's lock file before: it has that name, known is false of it, and maybe is true. The
// fdinfo of a descriptor is read only if its link has that name.
func (p *process) findFormerLockFiles(known func(proc.Lock) bool, maybe func(*descriptor) bool) []descriptor {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.list()
	for max(p.read, p.linked) < len(p.fds) {
		p.linked = max(p.read, p.linked) + 1
		d := descriptor{of: p, fd: int32(p.fds[p.linked-1])}
		if d.isLockFile() && d.readFDInfo().Flock.Kind == proc.Flock {
			p.formerByLink = append(p.formerByLink, d)
		}
	}
	var found []descriptor
	for i := range p.held {
		if d := &p.held[i]; !known(d.flock) && d.isLockFile() && maybe(d) {
			found = append(found, *d)
		}
	}
	for _, d := range p.formerByLink {
		if !known(d.flock) && maybe(&d) && !slices.ContainsFunc(found, func(f descriptor) bool { return f.fd == d.fd }) {
			found = append(found, d)
		}
	}
	return found
}

// readSome reads the next descriptor, or some, or waits for a goroutine that reads others. It returns
// false where none is left. One process may hold the locks of very many directories, and those are
// looked at concurrently. So the caller holds mu, and readSome gives it up while it reads.
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
	read := p.readOne
	if many {
		read = p.readMany
	}
	held, opened, missing := read(fds)
	p.mu.Lock()
	p.reading--
	p.missing += missing
	p.ended = p.ended || missing == readMost || p.missing > fewMissing+p.read/8
	p.opened = append(p.opened, opened...)
	for _, d := range held {
		if d.fd+1 != p.usual {
			p.hold(d)
		}
	}
	p.more.Broadcast()
	return true
}

// has reports whether there is a descriptor with this number.
func (p *process) has(fd int32) bool {
	d := descriptor{of: p, fd: fd}
	d.readLink()
	return d.path != closed
}

// next returns the next n descriptors to read, or as many as there are. Until they are listed,
// every number is taken for one: open(2) gives the lowest free number, so there are few gaps. To
// list ten thousand takes 9 ms, in which nobody could read any. So they are listed only once many
// were missing.
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

// readOne does what readMany does, for the one descriptor in fds. It reads the link first, and the fdinfo only if
// that has the lock file's name.
func (p *process) readOne(fds []int) (held []descriptor, opened []opener, missing int) {
	d := descriptor{of: p, fd: int32(fds[0])}
	if !d.isLockFile() {
		if d.path == closed {
			missing = 1
		}
		return nil, nil, missing
	}
	info := d.readFDInfo()
	if info.Flock.Kind == proc.Flock {
		return []descriptor{d}, nil, 0
	}
	return nil, []opener{{d, info}}, 0
}

// readMany reads the fdinfo of some descriptors. It returns those through which a flock is held, those
// without one on a file with the lock file's name, and how many could not be read.
func (p *process) readMany(fds []int) (held []descriptor, opened []opener, missing int) {
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

// list lists the descriptors, once. Where the process itself shows none, its leader may be dead while
// other threads run: then those of a thread are listed.
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
