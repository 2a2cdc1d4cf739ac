package notify

import (
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"lockscope/lock/eintr"
)

// reader is the one goroutine that waits for directories and processes.
type reader struct {
	source  *Source
	waiting syscall.RawConn // for epoll
	ready   [readyAtOnce]unix.EpollEvent

	asked  time.Time // when it was last seen which processes had ended: all of them
	last   time.Time // the end of the last round
	rounds int       // in succession, less than a rest apart
}

// round waits until there is something to read, and reads it. It returns false when the Source is
// closed.
func (r *reader) round() bool {
	s := r.source
	alive := r.asked
	n := r.wait()
	if n == 0 {
		return false
	}
	var entries, counts bool
	ended := r.ready[:0]
	for _, e := range r.ready[:n] {
		if int(e.Fd) == s.inotify {
			entries = true
		} else {
			ended = append(ended, e)
		}
	}
	// What a process did in a directory before its end is in the queue by now, whatever the order
	// in which epoll finds descriptors ready.
	if entries || len(ended) > 0 {
		counts = s.drain()
	}
	if len(ended) > 0 {
		s.processesEnded(ended, Moment{alive, r.asked, time.Now()})
	}
	if counts || len(ended) > 0 {
		r.rest(rest)
	} else {
		r.rest(longRest)
	}
	if entries {
		again := unix.EpollEvent{Events: entriesReady, Fd: int32(s.inotify)}
		unix.EpollCtl(s.epoll, unix.EPOLL_CTL_MOD, s.inotify, &again) // there is no error while both are open
	}
	return true
}

// entriesReady has the reader be woken once, and then not before it says that it is ready for more:
// else each event that comes while it rests would wake a thread for nothing.
const entriesReady = unix.EPOLLIN | unix.EPOLLONESHOT

// wait waits until something is ready, and returns how much is: nothing where the Source is closed.
func (r *reader) wait() (n int) {
	r.waiting.Read(func(epoll uintptr) (done bool) {
		asked := time.Now()
		err := eintr.Retry(func() (err error) {
			n, err = unix.EpollWait(int(epoll), r.ready[:], 0)
			return err
		})
		if n < len(r.ready) {
			r.asked = asked
		}
		return n > 0 || err != nil // there is no error while it is open
	})
	return max(n, 0)
}

// rest sleeps a little where one round follows the other, so that the next one finds more to read.
func (r *reader) rest(length time.Duration) {
	now := time.Now()
	if now.Sub(r.last) > length {
		r.rounds = 0
	} else if r.rounds++; r.rounds > thick {
		time.Sleep(length)
		now = time.Now()
	}
	r.last = now
}
