package lock

import (
	"time"

	"golang.org/x/sys/unix"
)

// lockGently takes the lock at once or not at all, as flock does, and disturbs no daemon that keeps the protocol.
//
// Where a lease is to be had, it is taken before the lock, and is to be given back after it: a daemon
// that starts meanwhile waits in its open, and is not refused. None is granted while somebody has the
// file open for writing. That may be a daemon that is about to lock it, and so the lock is not taken if nobody had it
// open when it was looked at (alone): the error is ErrOpenElsewhere. It is taken without a lease where the file was open then too, or
// no lease is to be had at all.
func lockGently(fd int, alone bool) (leased bool, err error) {
	none := holdOffWithin(fd, holdOffPatience)
	if none == unix.EAGAIN && alone {
		return false, ErrOpenElsewhere
	}
	return none == nil, flock(fd, unix.LOCK_EX)
}

// holdOffWithin holds writers off as soon as there are none.
func holdOffWithin(fd int, patience time.Duration) (err error) {
	for began := time.Now(); ; time.Sleep(100 * time.Microsecond) {
		for range holdOffTries {
			if err = holdOffWriters(fd); err != unix.EAGAIN {
				return err
			}
		}
		if time.Since(began) > patience {
			return err
		}
	}
}
