package scan

import (
	"time"

	"golang.org/x/sys/unix"
)

// processorTime is what this program has used so far. It, and not the time of
// day, tells how much of a busy host's processors a pass takes.
func processorTime() time.Duration {
	var u unix.Rusage
	if unix.Getrusage(unix.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
