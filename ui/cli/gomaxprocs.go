package cli

import (
	"os"
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// processorLimit raises GOMAXPROCS to the number of workers while they wait for storage.
//
// The Go runtime runs at most GOMAXPROCS goroutines at a time. A goroutine that waits in a system call
// counts among them until a tick of the runtime's monitor (retake in runtime/proc.go). That takes 20 µs
// at least, about as long as a request to a fast disk. So a disk would get hardly more requests at a
// time than there are processors, however many workers wait. With GOMAXPROCS raised, a walk of
// directories that are not cached takes half the time. But a walk of cached directories takes a sixth
// longer. So it is raised only where that is seen to help.
type processorLimit struct {
	workers int
	last    activity
	raised  bool
}

// adjustGOMAXPROCS raises and lowers GOMAXPROCS for as long as the program runs. When that rests for the first
// time, it calls rests.
func adjustGOMAXPROCS(workers int, rests func()) {
	if os.Getenv("GOMAXPROCS") != "" {
		workers = 0 // whoever has set it knows better
	}
	w := processorLimit{workers: workers, last: activityNow()}
	for pause := lookEvery; ; {
		time.Sleep(pause)
		if w.adjust(activityNow()) {
			if pause = min(2*pause, lookRarely); pause == lookRarely && rests != nil {
				rests()
				rests = nil
			}
		} else {
			pause = lookEvery
		}
	}
}

// adjust raises GOMAXPROCS if the program has mostly waited for storage since the last call, and lowers it
// again if the program has rested. It reports whether it has rested.
func (w *processorLimit) adjust(now activity) (rests bool) {
	took, waits, work := now.at.Sub(w.last.at), now.waits-w.last.waits, now.processor-w.last.processor
	w.last = now
	rests = work < took/restShare
	switch {
	case rests && w.raised:
		runtime.SetDefaultGOMAXPROCS()
		w.raised = false
	case !rests && !w.raised && time.Duration(waits)*waitGap >= took && work <= time.Duration(waits)*shortWork &&
		runtime.GOMAXPROCS(0) < w.workers:
		runtime.GOMAXPROCS(w.workers)
		w.raised = true
	}
	return rests
}

// activity is what this program has used and done so far.
type activity struct {
	at        time.Time
	processor time.Duration
	waits     int64 // how often one of its threads waited for anything (voluntary context switches)
}

func activityNow() activity {
	now := activity{at: time.Now()}
	var u unix.Rusage
	if unix.Getrusage(unix.RUSAGE_SELF, &u) == nil { // it cannot fail
		now.processor, now.waits = time.Duration(u.Utime.Nano()+u.Stime.Nano()), u.Nvcsw
	}
	return now
}
