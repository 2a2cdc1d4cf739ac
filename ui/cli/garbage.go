package cli

import (
	"os"
	"runtime"
	"runtime/debug"
)

// collectGarbage says how far the heap grows before garbage is collected: by so many per cent, but by
// leastGrowth at least, which a scan of some thousand directories never reaches.
func collectGarbage(growth int) {
	if os.Getenv("GOGC") != "" {
		return // whoever has set it knows better
	}
	debug.SetGCPercent(growthOf(0, growth))
	afterCollection(func() {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		debug.SetGCPercent(growthOf(int(m.HeapAlloc), growth))
	})
}

// growthOf is by how many per cent a heap of so many bytes grows. Go multiplies leastHeap by it too, so for a small heap
// it is no more than makes leastGrowth of that.
func growthOf(live, growth int) int { return max(growth, 100*leastGrowth/max(live, leastHeap)) }

// afterCollection has a function called after each collection. Nothing refers to the object, so the next
// collection finds it. A smaller one may have no finalizer (runtime.SetFinalizer).
func afterCollection(do func()) {
	runtime.SetFinalizer(new([64]byte), func(*[64]byte) {
		do()
		afterCollection(do)
	})
}
