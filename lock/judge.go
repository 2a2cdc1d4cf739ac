package lock

import (
	"os"
	"time"

	"lockscope/lock/proc"
)

// Use says whether a process uses a directory: whether it has the directory, or something below
// it, open or mapped, or as its working or root directory.
type Use uint8

const (
	UseUnknown Use = iota // no use was seen, but not all could be seen
	UseNone
	UseSome
)

// JudgeNamed says what became of the process that a pidfile names, given what has that PID now: its
// state, when it started, when the pidfile was written, and whether it uses the directory.
//
// A process that uses the directory is the one that is meant, whatever the times are: whoever owns
// a file can set its time. If its use cannot be seen, the answer is ProcessUnknown. JudgeNamed is a
// pure function.
func JudgeNamed(now ProcessState, started, written time.Time, use Use) ProcessState {
	switch {
	case now != ProcessAlive || use == UseSome:
		return now
	case use == UseUnknown:
		return ProcessUnknown
	case startedLater(started, written):
		return ProcessReused
	}
	return ProcessUnrelated
}

// startedLater reports whether a process started after the pidfile was written that names it, so that
// another process was meant.
func startedLater(started, written time.Time) bool {
	return !started.IsZero() && started.After(written.Add(reuseMargin))
}

// NamedUse says whether the process that a pidfile names uses a directory, or one that it started: see
// [WithWorkers]. It started, and the pidfile was written, at these times. Where it started later another process was
// meant, and what this one has started does not count.
func NamedUse(pid int, started, written time.Time, children func() map[int][]int, use func(pid int) Use) Use {
	if startedLater(started, written) {
		return use(pid)
	}
	return WithWorkers(pid, children, use)
}

// WithWorkers says whether a process uses a directory, given how that is found out of one process, and
// the children of every process. A daemon may leave all work to processes that it started, or that these
// did. Whether such a one works for it cannot be known, so then the answer is UseUnknown. The first
// process is given those whose parent has ended, and did not start them. This program does not count: it has the
// directory open to look at it.
func WithWorkers(pid int, children func() map[int][]int, use func(pid int) Use) Use {
	own := use(pid)
	if own != UseNone || pid <= 1 {
		return own
	}
	for i, worker := range proc.Descendants(children(), pid, maxWorkers+1) {
		if i == maxWorkers || worker != os.Getpid() && use(worker) == UseSome {
			return UseUnknown
		}
	}
	return UseNone
}
