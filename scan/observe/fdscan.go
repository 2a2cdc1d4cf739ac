package observe

import (
	"slices"
	"sync"

	"lockscope/lock/proc"
)

// fdScan reads the descriptors of one process in ascending order, no further than somebody asks. It keeps those
// through which a flock is held, and those on a file with the lock file's name. It may be used concurrently.
type fdScan struct {
	of *process // whose descriptors they are

	mu           sync.Mutex
	task         proc.Task        // whose descriptors are read: its own, or those of a thread
	listed       bool             // numbers is known; until then the descriptors are taken to be 0, 1, 2 …
	numbers      []int            // of its descriptors, ascending
	read         int              // how many of them were read, or are being read
	missing      int              // how many of these do not exist
	ended        bool             // so many of them that there may be no more
	reading      int              // goroutines that read some just now
	more         sync.Cond        // one of them is done
	linked       int              // how many links were read to find former lock files
	held         []descriptor     // those read through which a flock is held
	formerByLink []descriptor     // those through which a flock is held that were found by their links
	opened       []opener         // those read that have the lock file's name, and no flock
	last         map[uint64]int32 // index in held, plus one, of the last one with an inode number; nil while few are held
	usual        int32            // the descriptor that was read out of turn, plus one; 0 = none
}

// readSome reads the next descriptor, or some, or waits for a goroutine that reads others. It returns
// false where none is left. One process may hold the locks of very many directories, and those are
// looked at concurrently. So the caller holds mu, and readSome gives it up while it reads.
func (s *fdScan) readSome() bool {
	switch {
	case s.listed:
	case s.ended && s.reading > 0: // what is wanted may be among those
		s.more.Wait()
		return true
	case s.ended || s.read == 0 && !s.has(0):
		s.list()
	}
	n, many := 1, len(s.held) >= manyLocks
	if many {
		n = readMost
	}
	fds := s.next(n)
	if len(fds) == 0 {
		if s.reading > 0 {
			s.more.Wait()
			return true
		}
		return false
	}
	s.read += len(fds)
	s.reading++
	s.mu.Unlock()
	read := s.readOne
	if many {
		read = s.readMany
	}
	held, opened, missing := read(fds)
	s.mu.Lock()
	s.reading--
	s.missing += missing
	s.ended = s.ended || missing == readMost || s.missing > fewMissing+s.read/8
	s.opened = append(s.opened, opened...)
	for _, d := range held {
		if d.fd+1 != s.usual {
			s.hold(d)
		}
	}
	s.more.Broadcast()
	return true
}

// has reports whether there is a descriptor with this number.
func (s *fdScan) has(fd int32) bool {
	d := descriptor{of: s.of, fd: fd}
	d.readLink()
	return d.path != closed
}

// next returns the next n descriptors to read, or as many as there are. Until they are listed,
// every number is taken for one: open(2) gives the lowest free number, so there are few gaps. To
// list ten thousand takes 9 ms, in which nobody could read any. So they are listed only once many
// were missing.
func (s *fdScan) next(n int) []int {
	if s.listed {
		return s.numbers[s.read:min(s.read+n, len(s.numbers))]
	}
	fds := make([]int, n)
	for i := range fds {
		fds[i] = s.read + i
	}
	return fds
}

// readOne does what readMany does, for the one descriptor in fds. It reads the link first, and the fdinfo only if
// that has the lock file's name.
func (s *fdScan) readOne(fds []int) (held []descriptor, opened []opener, missing int) {
	d := descriptor{of: s.of, fd: int32(fds[0])}
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
func (s *fdScan) readMany(fds []int) (held []descriptor, opened []opener, missing int) {
	err := s.task.FDInfos(fds, func(fd int, info proc.FDInfo, err error) {
		if err != nil {
			missing++
		}
		d := descriptor{of: s.of, fd: int32(fd), flock: info.Flock}
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
func (s *fdScan) list() {
	if s.listed {
		return
	}
	s.listed = true
	s.numbers, _ = s.task.Descriptors()
	if len(s.numbers) == 0 && s.read == 0 {
		if thread := s.task.Running(); thread != s.task {
			s.task = thread
			s.numbers, _ = thread.Descriptors()
		}
	}
	slices.Sort(s.numbers)
	s.read, _ = slices.BinarySearch(s.numbers, s.read)
}
