package proc

import (
	"io"
	"os"
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// Locks reads /proc/locks, the table of all file locks of the host, and calls found with each. While the
// kernel prints the table, flock(2) waits on the whole host. So no more is read once that has taken the
// limit of processor time: then the error is os.ErrDeadlineExceeded. took is how much it has taken. The
// time on the clock does not count, since the first read waits for a grace period of RCU, and nobody waits
// with it (percpu_down_write in fs/locks.c).
//
// A missing line proves nothing. The kernel prints the table piece by piece and goes on by position, so
// it skips a line if an earlier lock is released meanwhile.
func (f FS) Locks(limit time.Duration, found func(Lock)) (took time.Duration, err error) {
	file, err := os.Open(string(f) + "/locks")
	if err != nil {
		return 0, err
	}
	defer file.Close()
	runtime.LockOSThread() // the time of a thread is measured
	defer runtime.UnlockOSThread()
	began := threadTime()
	err = ParseLocks(&limitedReader{file, began + limit}, found)
	return threadTime() - began, err
}

// limitedReader stops reading when its thread has used so much processor time.
type limitedReader struct {
	from  io.Reader
	until time.Duration
}

func (r *limitedReader) Read(p []byte) (int, error) {
	if threadTime() > r.until {
		return 0, os.ErrDeadlineExceeded
	}
	return r.from.Read(p)
}

// threadTime is the processor time that the calling thread has used so far.
func threadTime() time.Duration {
	var used unix.Timespec
	if unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &used) != nil {
		return 0
	}
	return time.Duration(used.Nano())
}
