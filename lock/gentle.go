package lock

import (
	"time"

	"golang.org/x/sys/unix"
)

const (
	// holdOffPatience is how long a break asks for its lease.
	holdOffPatience = 10 * time.Millisecond
	// holdOffTries is how often it asks in a row: together, that takes about as long as a daemon takes to come and go.
	holdOffTries = 100
	// lonelyTries is how often the lock is given back again because it was had without a lease.
	lonelyTries = 2
)

// lockGently takes the lock at once or not at all, as flock does, and disturbs no daemon that keeps the protocol.
//
// Where a lease is to be had, it is taken before the lock, and is to be given back after it: a daemon
// that starts meanwhile waits in its open, and is not refused. None is granted while somebody has the
// file open for writing. If that one does not have the lock, it has just opened the file to lock
// it, or just unlocked it, and may open it again: so the lock is given back at once, and both are asked for
// once more. It is kept without a lease only where that goes on, or where none is to be had at all.
func lockGently(fd int) (leased bool, err error) {
	for try := 0; ; try++ {
		none := holdOffWithin(fd, holdOffPatience)
		err := flock(fd, unix.LOCK_EX)
		if err != nil || none != unix.EAGAIN || try == lonelyTries {
			return none == nil, err
		}
		unflock(fd)
	}
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
