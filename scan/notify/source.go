package notify

import (
	"encoding/binary"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"lockscope/lock/eintr"
	"lockscope/lock/proc"
)

// Config is what a Source is made of.
type Config struct {
	// Counts reports whether an entry of this name counts: one of the files of the protocol. It is
	// called for each event that is read, one at a time; it must be quick, and not call the Source.
	// It is needed.
	Counts func(name string) bool
	// Watches is how many inodes are watched at most. It is a quarter of what the host allows where this is
	// more, or 0.
	Watches int
}

// Source tells that something may have changed; see the package's comment.
type Source struct {
	counts func(name string) bool
	limits limits
	began  time.Time

	addWatch func(inotify int, path string) (wd int32, err error) // of the kernel; a test does something after it

	// Descriptors; -1 for what this system does not have. They are open while users > 0.
	epoll, inotify, mountinfo, stop int
	inotifyErr, mountsErr           error    // why they are not there
	waiting                         *os.File // of epoll

	queue     queue
	readers   sync.WaitGroup
	ready     chan struct{}  // has one where something waits to be taken
	continued chan os.Signal // has one where the program went on after a stop
	closing   chan struct{}  // closed by Close

	mu      sync.Mutex
	closed  bool
	resumed time.Time // see Resumed
	users   int       // the readers, and the calls that use descriptors just now

	watches   watches
	processes processes
	stats     Stats

	// What waits to be taken.
	pending  []*mark // whose news is not nil, in the order of their first events
	entries  int     // that they have together
	mounts   time.Time
	overflow time.Time
}

// New starts a Source. It fails only where there is no epoll(7). Without inotify every Watch is
// refused, without pidfds every Follow, and without mountinfo no change of the mounts is told:
// Stats says why.
func New(cfg Config) (*Source, error) { return newSource(cfg, hostLimits()) }

func newSource(cfg Config, l limits) (*Source, error) {
	if cfg.Watches > 0 {
		l.watches = min(l.watches, cfg.Watches)
	}
	s := &Source{
		counts: cfg.Counts, limits: l, began: time.Now(), addWatch: addWatch,
		epoll: -1, inotify: -1, mountinfo: -1, stop: -1,
		ready: make(chan struct{}, 1), closing: make(chan struct{}),
	}
	s.queue = queue{buf: make([]byte, bufferSize), emptied: s.began}
	s.watches.marks = map[int32]*mark{}
	s.watches.load = load{limits: &s.limits, noisy: map[inode]backoff{}}
	s.processes.by = map[proc.Process]*followed{}
	s.processes.byFD = map[int32]*followed{}
	if err := s.open(); err != nil {
		s.closeAll()
		return nil, err
	}
	s.continued = listenToStops()
	s.start(s.watchStops)
	s.start(s.run)
	if s.mountinfo >= 0 {
		s.start(s.watchMounts)
	}
	return s, nil
}

func (s *Source) open() (err error) {
	if s.epoll, s.waiting, err = openEpoll(); err != nil {
		return err
	}
	if s.inotify, s.inotifyErr = openInotify(); s.inotify >= 0 {
		if err := s.poll(s.inotify, entriesReady, 0); err != nil {
			return err
		}
	}
	if s.stop, err = unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK); err != nil {
		return os.NewSyscallError("eventfd", err)
	}
	s.mountinfo, s.mountsErr = openMounts()
	return nil
}

// start begins a reader, which uses descriptors until it ends.
func (s *Source) start(read func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.users++
	s.readers.Add(1)
	go read()
}

// openEpoll opens it for Go's own poller to wait for, which it does for a file that does not block.
// A thread that blocks in epoll_wait(2) takes three times the processor time each time it wakes up,
// most of it for the scheduler.
func openEpoll() (fd int, waiting *os.File, err error) {
	if fd, err = unix.EpollCreate1(unix.EPOLL_CLOEXEC); err != nil {
		return -1, nil, os.NewSyscallError("epoll_create1", err)
	}
	if err := unix.SetNonblock(fd, true); err != nil {
		unix.Close(fd)
		return -1, nil, os.NewSyscallError("fcntl", err)
	}
	waiting = os.NewFile(uintptr(fd), "epoll")
	return fd, waiting, waiting.SetReadDeadline(time.Time{}) // which fails where it cannot be waited for
}

// poll has the reader wait for a descriptor too. A serial number tells it from another that had, or
// will have, the same number.
func (s *Source) poll(fd int, events uint32, serial int32) error {
	err := eintr.Retry(func() error {
		return unix.EpollCtl(s.epoll, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: events, Fd: int32(fd), Pad: serial})
	})
	return os.NewSyscallError("epoll_ctl", err)
}

// Ready has an element where something waits to be taken, and sometimes where that was taken already.
// It is never closed.
func (s *Source) Ready() <-chan struct{} { return s.ready }

// Take returns what happened since it was called last. It does not wait, and after Close it returns
// what is left.
func (s *Source) Take() (b Batch) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.pending {
		b.Dirs = m.take(b.Dirs)
	}
	b.Ends = s.processes.take()
	b.Mounts, b.Overflow = s.mounts, s.overflow
	s.pending, s.entries, s.mounts, s.overflow = nil, 0, time.Time{}, time.Time{}
	return b
}

// tell makes Ready say that something waits.
func (s *Source) tell() {
	select {
	case s.ready <- struct{}{}:
	default:
	}
}

// Close ends everything. Nothing is told any more, Watch and Follow return os.ErrClosed, and all
// descriptors are closed, except that a Watch whose file system hangs keeps them until it comes
// back. Only the first call does anything, and all return nil.
func (s *Source) Close() error {
	s.mu.Lock()
	if !s.closed {
		s.closed = true
		close(s.closing)
		s.waiting.SetReadDeadline(time.Unix(1, 0)) // long past: nobody waits any more
		unix.Write(s.stop, binary.NativeEndian.AppendUint64(nil, 1))
	}
	s.mu.Unlock()
	s.readers.Wait()
	return nil
}

// begin notes that a call uses descriptors; it calls end afterwards.
func (s *Source) begin() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return os.ErrClosed
	}
	s.users++
	return nil
}

func (s *Source) end() {
	s.mu.Lock()
	s.users--
	last := s.closed && s.users == 0
	s.mu.Unlock()
	if last {
		s.closeAll()
	}
}

// closeAll closes all descriptors. Nobody else uses them any more.
func (s *Source) closeAll() {
	for _, fd := range []int{s.inotify, s.mountinfo, s.stop} {
		if fd >= 0 {
			unix.Close(fd)
		}
	}
	s.waiting.Close() // closes nothing if it is nil
	for fd := range s.processes.byFD {
		unix.Close(int(fd))
	}
}

// run reads events of directories and processes until the Source is closed.
func (s *Source) run() {
	defer s.readers.Done()
	defer s.end()
	waiting, err := s.waiting.SyscallConn()
	if err != nil {
		return // cannot be: it is open
	}
	r := reader{source: s, waiting: waiting}
	for r.round() {
	}
}
