package cli

import "time"

// streamFrom is how many directories there must be for their lines to be printed as they are found. To
// find fewer takes no time to speak of, and then none of the lines is taken back.
const streamFrom = 250

// mostText is how many bytes a config file, or one of hosts, may have: a hundred times one with a thousand hosts and
// roots. In the first mostSearched lines of a config file an error is looked for.
const (
	mostText     = 4 << 20
	mostSearched = 500
)

// mostSuggested is how long a word may be, in bytes, for which one that was meant is looked for.
const mostSuggested = 64

// mostJobs is how many workers or connections may be asked for. Each takes memory from the start, and no machine
// is faster with more.
const mostJobs = 10_000

// commentWidth is how long a line of a comment in a config file is, in cells.
const commentWidth = 96

// The list of all flags, in cells: where their texts begin, and how long a line is.
const (
	usageIndent = 25
	usageWidth  = 79
)

// Of the garbage collector.
const (
	// leastGrowth is by how many bytes the heap grows at least before garbage is collected. --check of
	// 3,000 directories takes less, and a fifteenth less processor time than with collections from
	// leastHeap on.
	leastGrowth = 16 << 20
	// leastHeap is the size of the heap below which no garbage is collected where it may grow by 100 per cent
	// (heapMinimum in runtime/mgcpacer.go).
	leastHeap = 4 << 20
	// growthWatching is by how many per cent the heap may grow between two collections while the program
	// watches. The first walk of 100,000 directories takes a fifth more processor time than with 100, and the
	// program a quarter less memory at its peak.
	growthWatching = 12
	// growthOnce is the same for a program that is about to end.
	growthOnce = 200
	// heapShare is for how many per cent of the memory that it may use the program is to have a heap at most. The
	// rest is for its code, and what the kernel keeps and caches for it.
	heapShare = 75
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

// Of --listen. Prometheus asks every 15 s or more rarely, and by its default waits 10 s for an answer.
const (
	// mostConnections, mostScrapes: a few servers, health checks and people beside each other. More wait.
	mostConnections = 32
	mostScrapes     = 4
	// mostHeader is how many bytes of a request are read: far more than any of these clients sends.
	mostHeader = 16 << 10
	// readWithin, writeWithin: whoever is slower than that is cut off.
	readWithin  = 5 * time.Second
	writeWithin = 30 * time.Second
	// scrapeWithin is how long an answer may be in the making.
	scrapeWithin = 10 * time.Second
	// idleWithin is how long a connection is kept open for the next scrape of a server that asks each minute.
	idleWithin = 70 * time.Second
	// shutdownWithin is how long answers that are under way may take at the end.
	shutdownWithin = 2 * time.Second
	// missedLooks is how many intervals may go by without a look, until the scan counts as not healthy.
	missedLooks = 3
	// leastStalled is how long nothing is heard of a scan at least until its heartbeats say so. A loaded host takes
	// seconds for what commonly takes milliseconds, and rows that look old for no reason help nobody.
	leastStalled = time.Minute
	// auditEvery is how often the audit log is read: more often than anybody asks.
	auditEvery = 5 * time.Second
)

// attemptGrace is how long the program waits at its end for a break that is under way: it takes milliseconds where its file
// system, and that of the audit log, give an answer.
const attemptGrace = 2 * time.Second
