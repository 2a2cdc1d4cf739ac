package cli

import (
	"math"
	"runtime/debug"

	"github.com/KimMachineGun/automemlimit/memlimit"
)

// limitMemory keeps the heap below what the cgroup of this program allows, and returns that, in bytes; 0 where there
// is no limit. The kernel kills at once who passes it. GOMEMLIMIT, if it is set, takes the place of the cgroup's.
func limitMemory() int64 {
	if set := debug.SetMemoryLimit(-1); set != math.MaxInt64 {
		return set
	}
	most, err := memlimit.FromCgroup()
	if err != nil || most >= physicalMemory() {
		return 0
	}
	debug.SetMemoryLimit(int64(most) * heapShare / 100)
	return int64(most)
}

// physicalMemory is how much memory this machine has, in bytes. A cgroup without a limit has a limit too, which is far
// above.
func physicalMemory() uint64 {
	most, err := memlimit.FromSystem()
	if err != nil {
		return 0
	}
	return most
}
