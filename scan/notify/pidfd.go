package notify

import (
	"errors"
	"math"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"lockscope/lock/eintr"
	"lockscope/lock/proc"
)

// processes are those that are followed.
type processes struct {
	by      map[proc.Process]*followed // also those that ended, until that is taken
	byFD    map[int32]*followed
	opening int   // calls of Follow that are about to open a descriptor
	serial  int32 // of the last descriptor
	ended   []*followed
}

// followed is a process that somebody follows. It is readable when all of its threads have
// ended, also while it waits to be reaped (pidfd_open(2), poll).
type followed struct {
	who    proc.Process
	fd     int   // of the process; -1 once it has ended
	serial int32 // of the descriptor, whose number may have been another's
	refs   int
	end    Moment
}

// Follow tells of the end of a process. If it has ended already, or another has its PID, that is
// told at once. A start time of 0 stands for whatever process has the PID now. A process that is
// followed n times is told of once, and followed until Unfollow was called n times.
//
// The error is a [*RefusedError], or os.ErrClosed.
func (s *Source) Follow(p proc.Process) error {
	if err := s.begin(); err != nil {
		return err
	}
	defer s.end()
	known, err := s.followKnown(p)
	if known || err != nil {
		return err
	}
	fd, isEnded, err := openProcess(p)
	return s.follow(p, fd, isEnded, err)
}

// followKnown counts one more who follows a process that is followed. Otherwise it says whether it
// may be.
func (s *Source) followKnown(p proc.Process) (known bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ps := &s.processes
	if f := ps.by[p]; f != nil {
		f.refs++
		return true, nil
	}
	if len(ps.byFD)+ps.opening >= s.limits.processes {
		return false, s.refusedProcess(Budget, nil)
	}
	ps.opening++
	return false, nil
}

// follow has the reader wait for a process that was opened, or tells that it has ended.
func (s *Source) follow(p proc.Process, fd int, isEnded bool, err error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	ps := &s.processes
	ps.opening--
	f := ps.by[p]
	switch {
	case s.closed || err != nil || isEnded || f != nil:
		if fd >= 0 {
			unix.Close(fd)
		}
	default:
		ps.serial = ps.serial%math.MaxInt32 + 1
		if err = s.poll(fd, unix.EPOLLIN, ps.serial); err != nil {
			unix.Close(fd)
			break
		}
		f = &followed{who: p, fd: fd, serial: ps.serial}
		ps.by[p], ps.byFD[int32(fd)] = f, f
	}
	switch {
	case s.closed:
		return os.ErrClosed
	case f != nil: // by another call meanwhile, or by this one
		f.refs++
	case isEnded:
		f = &followed{who: p, fd: -1, refs: 1, end: Moment{At: time.Now()}}
		ps.by[p] = f
		ps.ended = append(ps.ended, f)
		s.tell()
	default:
		return s.refusedProcess(reasonOf(err), err)
	}
	return nil
}

// openProcess opens a process, unless it has ended or its PID is another's. If the process of this
// start time is there after it was opened, it is the one that was.
func openProcess(p proc.Process) (fd int, isEnded bool, err error) {
	if p.PID <= 0 || p.PID > math.MaxInt32 { // nobody's
		return -1, true, nil
	}
	err = eintr.Retry(func() error {
		fd, err = unix.PidfdOpen(p.PID, 0)
		return err
	})
	if err == unix.ESRCH {
		return -1, true, nil
	} else if err != nil {
		fd, err = -1, os.NewSyscallError("pidfd_open", err)
	}
	found, state, err2 := proc.Host.Find(p.PID)
	switch {
	case state == proc.Gone:
		return fd, true, nil
	case state == proc.Unknown:
		return fd, false, errors.Join(err, err2)
	case found.PID != p.PID: // the number is a thread's
		return fd, true, nil
	case p.Ticks != 0 && found.Ticks == 0:
		return fd, false, errors.Join(err, errHidden)
	case p.Ticks != 0 && found.Ticks != p.Ticks:
		return fd, true, nil
	}
	return fd, false, err
}

// errHidden is of a process that /proc does not show (hidepid in proc(5)): who it is cannot be told.
var errHidden = &os.PathError{Op: "read", Path: "start time", Err: os.ErrPermission}

// Unfollow ends what one call of Follow began. Of a process that has ended it does nothing: its end is told
// all the same, also if it is not read yet. Whoever was told of it before, and unfollows it now, must not take
// it from another who has followed it since.
func (s *Source) Unfollow(p proc.Process) {
	if s.begin() != nil {
		return
	}
	defer s.end()
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.processes.by[p]
	if f == nil || f.fd < 0 {
		return
	}
	if f.refs--; f.refs == 0 && !isReadable(f.fd) {
		s.letGo(f)
		delete(s.processes.by, p)
	}
}

// isReadable reports whether a descriptor is readable now: that of a process is when that has ended.
func isReadable(fd int) bool {
	ready := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
	n := 0
	err := eintr.Retry(func() (err error) {
		n, err = unix.Poll(ready, 0)
		return err
	})
	return err == nil && n > 0
}

// letGo closes the descriptor of a process. The caller holds mu.
func (s *Source) letGo(f *followed) {
	if f.fd < 0 {
		return
	}
	// A child that is being started has a copy of it for a moment, so that closing alone would not
	// do (epoll(7)).
	unix.EpollCtl(s.epoll, unix.EPOLL_CTL_DEL, f.fd, nil)
	unix.Close(f.fd)
	delete(s.processes.byFD, int32(f.fd))
	f.fd = -1
}

// processesEnded keeps the ends of processes until they are taken.
func (s *Source) processesEnded(events []unix.EpollEvent, when Moment) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range events {
		f := s.processes.byFD[e.Fd]
		if f == nil || f.serial != e.Pad {
			continue // let go since
		}
		s.letGo(f)
		f.end = when
		s.processes.ended = append(s.processes.ended, f)
		s.tell()
	}
}

// take returns the ends that nobody was told of.
func (ps *processes) take() (ends []ProcessEnd) {
	for _, f := range ps.ended {
		delete(ps.by, f.who)
		ends = append(ends, ProcessEnd{Process: f.who, When: f.end})
	}
	ps.ended = nil
	return ends
}
