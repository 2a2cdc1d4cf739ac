package observe

import "time"

// Of one look.
const (
	// observeTries is how often a look is repeated because the pidfile changed during it. A daemon
	// that acquires and releases all the time would never let it end.
	observeTries = 10
	// acquireTime is the age up to which a temporary pidfile belongs to an acquire in progress: a
	// daemon calls fsync between writing it and renaming it, which can be slow.
	acquireTime = 30 * time.Second
)

// Of what is asked of the lock file itself.
const (
	// restTime is for how long nothing must have moved at a directory before its lock is probed by a
	// flock: see Rest. A daemon that takes over, or is started anew after a crash, mostly does so within
	// a second.
	restTime = 2 * time.Second
	// sampleEvery is how often a directory that is not watched is looked at meanwhile; twice as late will
	// do. A daemon that hands over 20 times a second is without its lock for 2% of the time: that five
	// looks in a row find nothing but that is one chance in 300 million.
	sampleEvery = restTime / 4
	// leaseAgain is after what time a lease is asked for once more that was refused since somebody has
	// the file open. Another inspector closes it after some microseconds.
	leaseAgain = 3 * time.Millisecond
)

// Of the kernel's lock table.
const (
	// tableLimit is the most processor time that one read of it may take. While the kernel prints it,
	// every flock(2) on the host waits.
	tableLimit = 50 * time.Millisecond
	// fewDescriptors is how many descriptors all processes together may have for their links to be
	// read instead of the table. That takes 5 ms at most. The first line of the table takes longer:
	// it waits for a grace period of RCU (percpu_down_write in fs/locks.c).
	fewDescriptors = 2000
)

// Of many processes.
const (
	// processesAtATime is about how many of them is asked by one call: a call costs as much as three of
	// its reads.
	processesAtATime = 64
)

// Of the descriptors of one process.
const (
	// manyLocks is how many locks a process must hold for its fdinfo to be read without reading its
	// links first. A link takes half the time of fdinfo, and mostly shows that the descriptor is not
	// on a lock file. For a process that holds lock after lock it shows nothing. Its locks are also
	// found by a map from then on.
	manyLocks = 16
	// readMost is how many descriptors of such a process are read before others may use the result.
	readMost = 64
	// fewMissing is how many descriptor numbers, besides an eighth of those read, may be unused
	// before the descriptors are listed: listing them is slow, see fdScan.next.
	fewMissing = 8
)

// Of mounts and overlays.
const (
	// layersLast is how long the layers that were found are used again. Looks follow each other
	// quickly, and to find layers takes the mounts of every namespace.
	layersLast = time.Second
	// mostLinks is how many links one path may lead through, as in the kernel (path_resolution(7)).
	mostLinks = 40
	// mountsLast is how long MountPoints uses the mount table that it has read.
	mountsLast = time.Second
	// readMountsIn is how long MountPoints waits for a new one. Its callers are about to do work that
	// may hang, and must not hang here. After that they get the old table.
	readMountsIn = 20 * time.Millisecond
)
