package cli

import (
	"os"
	"runtime"
	"runtime/debug"
)

// collectGarbage says how the heap grows: freely up to firstCollection, which a scan of some thousand
// directories never reaches, and from then on by so many per cent between two collections.
func collectGarbage(growth int) {
	if os.Getenv("GOGC") != "" {
		return // whoever has set it knows better
	}
	debug.SetGCPercent(100 * firstCollection / leastHeap)
	// Nothing refers to it, so the first collection finds it. Smaller ones have no finalizer for certain.
	first := new([64]byte)
	runtime.SetFinalizer(first, func(*[64]byte) { debug.SetGCPercent(growth) })
}
