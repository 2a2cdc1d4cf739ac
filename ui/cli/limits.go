package cli

import "time"

// streamFrom is how many directories there must be for their lines to be printed as they are found. To
// find fewer takes no time to speak of, and then none of the lines is taken back.
const streamFrom = 250

// Of the garbage collector.
const (
	// leastCollected is the size of the heap, in bytes, below which no garbage is collected. --check of
	// 3,000 directories stays below it, and takes a fifteenth less processor time than with collections from
	// leastHeap on.
	leastCollected = 16 << 20
	// leastHeap is the same where the heap may grow by 100 per cent, as Go has it (heapMinimum in
	// runtime/mgcpacer.go).
	leastHeap = 4 << 20
	// growthWatching is by how many per cent the heap may grow between two collections while the program
	// watches. The first walk of 100,000 directories takes some hundredths more processor time, and the
	// program a fifth less memory for as long as it runs.
	growthWatching = 30
	// growthOnce is the same for a program that is about to end.
	growthOnce = 200
)

// Of processorLimit.
const (
	// lookEvery is how often it looks at what the program does, while that works.
	lookEvery = 20 * time.Millisecond
	// lookRarely is the same while the program rests. For a scan that begins then GOMAXPROCS is raised
	// that much later.
	lookRarely = time.Second
	// restShare: the program rests if it uses less than a twentieth of one processor.
	restShare = 20
	// waitGap is the longest time from one wait to the next, on average, for a program that mostly
	// waits: 50 waits in lookEvery.
	waitGap = 400 * time.Microsecond
	// shortWork is the most processor time from one wait to the next, on average, for a program that
	// waits for storage. Where all is cached it is several times as much.
	shortWork = 150 * time.Microsecond
)
