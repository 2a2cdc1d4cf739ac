package scan

import (
	"time"

	"golang.org/x/sys/unix"
)

// processorTime is what this program has used so far. It, and not the time of
// day, tells how much of a busy host's processors a pass takes.
func processorTime() time.Duration { return usageSoFar().processor }

// usage is what this program has used and done so far.
type usage struct {
	processor time.Duration
	waits     int64 // of its threads, for whatever it was (voluntary context switches)
}

func usageSoFar() usage {
	var u unix.Rusage
	if unix.Getrusage(unix.RUSAGE_SELF, &u) != nil {
		return usage{}
	}
	return usage{time.Duration(u.Utime.Nano() + u.Stime.Nano()), u.Nvcsw}
}
