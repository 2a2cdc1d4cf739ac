package cli

import (
	"os"
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// widening gives each worker of a scan a processor of its own (GOMAXPROCS) while they wait for
// storage.
//
// The Go runtime runs as many goroutines as there are processors. It takes the processor from one
// that waits in a system call only after a tick of its monitor (retake in runtime/proc.go), 20 µs
// at least: about as long as a fast disk takes. So a disk would have hardly more requests at a time
// than there are processors, however many workers wait. With a processor for each a walk of
// directories that are not cached takes half the time; but one of cached directories takes a sixth
// more. So it is done only where it is seen to help.
type widening struct {
	workers int
	seen    activity
	wide    bool
}

const (
	// lookEvery is how often it is looked at what the program does while it works.
	lookEvery = 20 * time.Millisecond
	// lookRarely is the same while it rests. A scan that begins then is widened that much later.
	lookRarely = time.Second
	// restShare is the share of the time for which one processor works at least, unless the program
	// rests.
	restShare = 20
	// waitGap is the time between two waits at most, where they are enough to tell: 50 of them in
	// lookEvery.
	waitGap = 400 * time.Microsecond
	// shortWork is how much a processor works between two waits at most, where they are waits for
	// storage. Where all is cached it is several times as much.
	shortWork = 150 * time.Microsecond
)

// widen widens and narrows for as long as the program runs.
func widen(workers int) {
	if os.Getenv("GOMAXPROCS") != "" {
		return // whoever has set it knows better
	}
	w := widening{workers: workers, seen: activityNow()}
	for pause := lookEvery; ; {
		time.Sleep(pause)
		if w.look(activityNow()) {
			pause = min(2*pause, lookRarely)
		} else {
			pause = lookEvery
		}
	}
}

// look widens where the program mostly waits for storage, and narrows where it rests, which it
// reports.
func (w *widening) look(now activity) (rests bool) {
	took, waits, work := now.at.Sub(w.seen.at), now.waits-w.seen.waits, now.processor-w.seen.processor
	w.seen = now
	rests = work < took/restShare
	switch {
	case rests && w.wide:
		runtime.SetDefaultGOMAXPROCS()
		w.wide = false
	case !rests && !w.wide && time.Duration(waits)*waitGap >= took && work <= time.Duration(waits)*shortWork &&
		runtime.GOMAXPROCS(0) < w.workers:
		runtime.GOMAXPROCS(w.workers)
		w.wide = true
	}
	return rests
}

// activity is what this program has used and done so far.
type activity struct {
	at        time.Time
	processor time.Duration
	waits     int64 // of its threads, for whatever it was (voluntary context switches)
}

func activityNow() activity {
	now := activity{at: time.Now()}
	var u unix.Rusage
	if unix.Getrusage(unix.RUSAGE_SELF, &u) == nil { // it cannot fail
		now.processor, now.waits = time.Duration(u.Utime.Nano()+u.Stime.Nano()), u.Nvcsw
	}
	return now
}
