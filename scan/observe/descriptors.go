package observe

import (
	"slices"

	"lockscope/lock/proc"
)

// findHolding returns the descriptor through which the process holds the flock on the lock file that ours
// recognizes, and that has inode number ino. A daemon opens its lock file early, so descriptors are
// read in ascending order, and only until it is found. Daemons of one kind have it at the same number:
// that is kept for those that are looked at later.
func (s *fdScan) findHolding(ino uint64, ours func(*descriptor) bool) (d descriptor, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer func() {
		if ok && len(s.held) == 1 { // one of many is at another descriptor for each lock
			s.of.ps.usualFD.Store(d.fd)
		}
	}()
	for tried := int32(0); ; {
		last := s.latest(ino)
		for i := last; i > tried; i = s.held[i-1].prev {
			if d := &s.held[i-1]; ours(d) {
				return *d, true
			}
		}
		tried = last
		if !s.readSome() {
			return descriptor{}, false
		}
	}
}

// alreadyRead returns what findHolding does, if it was read before and mu is free. For a process that holds
// the locks of very many directories that is mostly so, and saves a goroutine.
func (s *fdScan) alreadyRead(ino uint64, ours func(*descriptor) bool) (d descriptor, ok bool) {
	if !s.mu.TryLock() {
		return descriptor{}, false
	}
	var same []descriptor
	for i := s.latest(ino); i > 0; i = s.held[i-1].prev {
		same = append(same, s.held[i-1])
	}
	s.mu.Unlock()
	for i := range same {
		if ours(&same[i]) {
			return same[i], true
		}
	}
	return descriptor{}, false
}

// hold takes note of a descriptor through which a flock is held. The caller holds mu.
func (s *fdScan) hold(d descriptor) {
	d.prev = s.latest(d.flock.Ino)
	s.held = append(s.held, d)
	switch {
	case s.last != nil:
		s.last[d.flock.Ino] = int32(len(s.held))
	case len(s.held) == manyLocks:
		s.last = map[uint64]int32{}
		for i := range s.held {
			s.last[s.held[i].flock.Ino] = int32(i + 1)
		}
	}
}

// latest returns the index in held, plus one, of the last descriptor with an inode number; 0 where there
// is none. The caller holds mu.
func (s *fdScan) latest(ino uint64) int32 {
	if s.last != nil {
		return s.last[ino]
	}
	for i := len(s.held); i > 0; i-- {
		if s.held[i-1].flock.Ino == ino {
			return int32(i)
		}
	}
	return 0
}

// findAll returns every descriptor through which the process holds a flock.
func (s *fdScan) findAll() []descriptor {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.list()
	for s.readSome() {
	}
	return s.held
}

// findOpeners returns every descriptor of the process on a file with the lock file's name, through which no
// flock is held.
func (s *fdScan) findOpeners() []opener {
	s.findAll()
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.opened
}

// findFormerLockFiles returns the descriptors through which the process holds the flock of a file that may have
// been a directory's lock file before: it has that name, known is false of it, and maybe is true. The
// fdinfo of a descriptor is read only if its link has that name.
func (s *fdScan) findFormerLockFiles(known func(proc.Lock) bool, maybe func(*descriptor) bool) []descriptor {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.list()
	for max(s.read, s.linked) < len(s.numbers) {
		s.linked = max(s.read, s.linked) + 1
		d := descriptor{of: s.of, fd: int32(s.numbers[s.linked-1])}
		if d.isLockFile() && d.readFDInfo().Flock.Kind == proc.Flock {
			s.formerByLink = append(s.formerByLink, d)
		}
	}
	var found []descriptor
	for i := range s.held {
		if d := &s.held[i]; !known(d.flock) && d.isLockFile() && maybe(d) {
			found = append(found, *d)
		}
	}
	for _, d := range s.formerByLink {
		if !known(d.flock) && maybe(&d) && !slices.ContainsFunc(found, func(f descriptor) bool { return f.fd == d.fd }) {
			found = append(found, d)
		}
	}
	return found
}
