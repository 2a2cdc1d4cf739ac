package lock

import (
	"time"

	"golang.org/x/sys/unix"
)

// flockUnderLease takes the lock without waiting for it, and without refusing a daemon that starts
// meanwhile.
//
// It takes a read lease before the lock, if it can; the caller gives that back after the lock. A
// daemon that starts in between waits in its open until then. Without the lease its flock would
// fail.
//
// No read lease is granted while somebody has the file open for writing. That may be a daemon that
// is about to lock it. So if nobody had the file open when it was looked at (alone), the lock is
// not taken, and the error is ErrOpenElsewhere. If somebody did, or if there are no leases here,
// the lock is taken without one.
func flockUnderLease(fd int, alone bool) (leased bool, err error) {
	leaseErr := awaitReadLease(fd)
	if leaseErr == unix.EAGAIN && alone {
		return false, ErrOpenElsewhere
	}
	return leaseErr == nil, flock(fd, unix.LOCK_EX)
}

// awaitReadLease takes a read lease, and waits for it no longer than readLeaseTimeout. EAGAIN means that
// somebody had the file open for writing all the time.
func awaitReadLease(fd int) (err error) {
	for began := time.Now(); ; time.Sleep(readLeasePause) {
		for range readLeaseTries {
			if err = takeReadLease(fd); err != unix.EAGAIN {
				return err
			}
		}
		if time.Since(began) > readLeaseTimeout {
			return err
		}
	}
}
