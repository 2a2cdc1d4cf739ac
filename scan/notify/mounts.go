package notify

import (
	"os"
	"time"

	"golang.org/x/sys/unix"

	"lockscope/lock/eintr"
)

// openMounts opens the table of the mounts, to be polled: it has an error and something of priority
// when it changed since it was opened or polled last (proc(5)). Nothing is read from it.
//
// Polling alone makes it calm again (mounts_poll in fs/namespace.c). So it cannot be in the epoll
// of the others: Go's poller polls that, and thereby everything in it, before the reader does.
func openMounts() (fd int, err error) {
	const path = "/proc/self/mountinfo"
	err = eintr.Retry(func() error {
		fd, err = unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC, 0)
		return err
	})
	if err != nil {
		return -1, &os.PathError{Op: "open", Path: path, Err: err}
	}
	return fd, nil
}

// watchMounts waits for changes of the mounts until the Source is closed. Its thread is blocked
// meanwhile.
func (s *Source) watchMounts() {
	defer s.readers.Done()
	defer s.end()
	ready := []unix.PollFd{{Fd: int32(s.mountinfo), Events: unix.POLLPRI}, {Fd: int32(s.stop), Events: unix.POLLIN}}
	for {
		_, err := unix.Poll(ready, -1)
		if err == unix.EINTR { // however often: this call may wait for months
			continue
		} else if err != nil || ready[1].Revents != 0 { // there is no error while both are open
			return
		}
		s.mountsChanged(time.Now())
		time.Sleep(rest) // whoever starts containers makes many changes in a row
	}
}

func (s *Source) mountsChanged(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mounts = now
	s.tell()
}
