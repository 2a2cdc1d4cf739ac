package scan

import (
	"time"

	"golang.org/x/sys/unix"
)

// processorTime returns the processor time that this program has used so far. On a busy host a walk
// takes longer on the clock than it costs, and only the cost says how long to rest after it.
func processorTime() time.Duration {
	var u unix.Rusage
	if unix.Getrusage(unix.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
