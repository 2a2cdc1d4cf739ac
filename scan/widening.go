package scan

import (
	"os"
	"runtime"
	"time"
)

// widening lets all workers run at a time while they wait for storage. The Go runtime runs as many
// goroutines as there are processors, and takes a processor from one that waits in a system call only
// when it has been there for some 100 µs: about as long as a fast disk takes, so that there
// would be hardly more requests to it than processors. With a processor for each worker a walk of directories
// that nothing is cached of takes half the time. Where all is cached it would take a tenth more.
type widening struct {
	workers int
	used    usage // when last looked at
	wide    bool
}

const (
	// wideningEvery is how often it is looked at what is used.
	wideningEvery = 20 * time.Millisecond
	// fewWaits is how many waits within that time are too few to tell.
	fewWaits = 50
	// shortWork is how much processor time there is between two waits at least, where they are
	// no waits for storage: several times as much.
	shortWork = 150 * time.Microsecond
)

func newWidening(workers int) *widening { return &widening{workers: workers, used: usageSoFar()} }

// look widens where less work than that was between the waits since the last look. Who has
// set GOMAXPROCS knows better.
func (w *widening) look() {
	before := w.used
	w.used = usageSoFar()
	waits := w.used.waits - before.waits
	if w.wide || waits < fewWaits || w.used.processor-before.processor > time.Duration(waits)*shortWork {
		return
	}
	if os.Getenv("GOMAXPROCS") == "" && runtime.GOMAXPROCS(0) < w.workers {
		runtime.GOMAXPROCS(w.workers)
		w.wide = true
	}
}

// end takes the widening back.
func (w *widening) end() {
	if w.wide {
		runtime.SetDefaultGOMAXPROCS()
	}
}
