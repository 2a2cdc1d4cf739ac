package notify

import (
	"time"

	"golang.org/x/sys/unix"

	"lockscope/lock/proc"
)

// What a Source takes of the host at most.
const (
	// shareWatches is which part of fs.inotify.max_user_watches is used at most. The limit is for all
	// programs of a user, and who reaches it fails: other programs of root need some too. Each watch
	// also keeps an inode in the kernel's memory, 1.3 KB on ext4.
	shareWatches = 4
	// unknownWatches stands for the sysctl where it cannot be read: what it was before Linux 5.11.
	unknownWatches = 8192
	// shareDescriptors is which part of RLIMIT_NOFILE is used for processes.
	shareDescriptors = 4
	// mostProcesses bounds them where there is no such limit.
	mostProcesses = 1 << 16
	// lowered is how long no more watches are held than were left when the kernel had no more: half
	// of what was held. Whoever else needed them is probably still there.
	lowered = 10 * time.Minute
	// atOnce is how many watches are ended in a row. Each makes an event, which has to be read: the
	// queue takes 16,384 by default.
	atOnce = 256
)

// How it reads.
const (
	// bufferSize is how much one read takes, in bytes: at least 240 events, of which most have short
	// names and need 32 to 48 bytes.
	bufferSize = 64 << 10
	// mostEvent is the longest event: 16 bytes, and a name of NAME_MAX bytes with NULs up to a
	// multiple of 16.
	mostEvent = unix.SizeofInotifyEvent + 256
	// mostReads is how many reads are made before anything else is served. A full queue, 16,384
	// events of at most 272 bytes by default, takes 69.
	mostReads = 128
	// readyAtOnce is how many descriptors one epoll_wait(2) tells of: the queue, and processes that have ended. The
	// others follow in the next round.
	readyAtOnce = 128
	// rest is how long the reader sleeps between two rounds while events come thick and fast. To wake
	// up takes some 50 us of a processor, whatever it finds, and a hand-off is timed in milliseconds.
	rest = time.Millisecond
	// longRest is the same while none of them counts: nothing is timed.
	longRest = 5 * time.Millisecond
	// thick is after how many rounds less than a rest apart it does so: a hand-off makes up to five,
	// and is timed exactly.
	thick = 8
)

// What waits to be taken.
const (
	// mostEntries is how many entries a watch keeps: some six hand-offs of five entries.
	mostEntries = 32
	// mostPending is how many all watches keep together, some 5 MB. Beyond it each keeps one.
	mostPending = 1 << 16
)

// mostNoisy is how many directories that made too many events are remembered. Those beyond it may be
// watched again at once.
const mostNoisy = 4096

// limits are those that tests make smaller.
type limits struct {
	watches   int // inodes watched
	processes int // pidfds open

	// A watch that makes more than perWatch events that count in each of strikes windows in
	// succession loses it. 1,000 a second are 200 hand-offs a second in one directory: nobody reads
	// that, and looking at it every other second tells as much.
	window   time.Duration
	perWatch int
	strikes  int
	// perWindow is how many events of any kind all watches together make in a window before the
	// noisiest lose theirs. 50,000 a second take some 5% of a core to read, at most; they also cost
	// those who make them.
	perWindow int

	// backoff is for how long a watch that was lost so is refused. It doubles each time up to
	// longest, and begins anew where a watch was quiet for as long as forgiven after it was allowed
	// again.
	backoff  time.Duration
	longest  time.Duration
	forgiven time.Duration
}

// hostLimits are what this host allows.
func hostLimits() limits {
	return limits{
		watches:   maxUserWatches() / shareWatches,
		processes: maxDescriptors() / shareDescriptors,
		window:    time.Second,
		perWatch:  1000,
		strikes:   3,
		perWindow: 50_000,
		backoff:   10 * time.Second,
		longest:   10 * time.Minute,
		forgiven:  10 * time.Minute,
	}
}

func maxUserWatches() int {
	n, err := proc.Host.Sysctl("fs/inotify/max_user_watches")
	if err != nil || n < 0 {
		return unknownWatches
	}
	return n
}

func maxDescriptors() int {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return 0
	}
	return int(min(limit.Cur, shareDescriptors*mostProcesses))
}
