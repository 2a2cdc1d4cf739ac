package lock

import "time"

// maxPidfile is the longest text, in bytes, that is read as a PID. A longer one is malformed,
// because a number that is cut short is another number.
const maxPidfile = 64

// reuseMargin is how much later than its pidfile a process may seem to have started and still be
// the one that wrote it. Start times count in clock ticks, file times come from the file system,
// and the clock may have been set in between.
const reuseMargin = 2 * time.Second

// openTries bounds how often Acquire tries again when its files are replaced under it.
const openTries = 100

// inspectTries bounds how often Inspect looks again when the pidfile changes under it.
const inspectTries = 10

// maxListed is how many entries of a directory are read. A FUSE server can list a directory for ever. The
// largest ones of ext4 have some ten million entries.
const maxListed = 12_000_000

// listSize is how much of a directory is read by one getdents64(2), in bytes: some 1,000 entries.
const listSize = 32 << 10

// removeBatch is how many temporaries a break removes while it holds the lock. A daemon may have
// left thousands, and another one that starts now must not wait for all of them.
const removeBatch = 16

// How long an open is tried again while somebody has a lease on the file.
const (
	// lookLeaseTimeout is for a look. An inspector keeps its lease for microseconds, so one that
	// lasts longer is not an inspector's.
	lookLeaseTimeout = 10 * time.Millisecond
	// acquireLeaseTimeout is for an Acquire, which must not fail because an inspector was not
	// scheduled for a while, or because the unlinks of a break wait for a disk. The kernel takes a lease
	// away that was not given up 45 s after somebody has asked for it (proc(5),
	// /proc/sys/fs/lease-break-time). Daemons that open without O_NONBLOCK wait as long.
	acquireLeaseTimeout = time.Minute
	// leaseRetryMin is the first wait between two tries: a lease is mostly given back within microseconds. It
	// doubles up to leaseRetryMax.
	leaseRetryMin = 50 * time.Microsecond
	leaseRetryMax = 10 * time.Millisecond
)

// How long a break tries to get its read lease.
const (
	readLeaseTimeout = 10 * time.Millisecond
	// readLeaseTries is how often it tries before it sleeps. That takes about as long as a daemon
	// needs to acquire and release.
	readLeaseTries = 100
	// readLeasePause is how long it sleeps then, so that it does not take a whole processor.
	readLeasePause = 100 * time.Microsecond
)

const (
	// heldSearchTimeout is how long HeldBy may take. The directories of the locks that it finds may
	// be on a file system that hangs.
	heldSearchTimeout = 500 * time.Millisecond
	// maxHeldSearches is how many such searches may run at a time, those that hang included.
	maxHeldSearches = 16
)

// maxWorkers is how many processes that a process started are asked whether they use the directory. To ask
// one takes up to a millisecond. It is done only where the process itself uses nothing.
const maxWorkers = 100

// maxLinkEntries is how many directory entries are searched for links. That takes some 50 ms when
// the kernel has them cached. It is done only for a live process that the pidfile names or that
// holds the lock, and that uses nothing in the directory itself.
const maxLinkEntries = 100_000

// maxLinks is how many links a path may lead through (path_resolution(7)).
const maxLinks = 40
