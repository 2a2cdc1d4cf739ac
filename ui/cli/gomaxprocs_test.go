package cli

import (
	"os"
	"runtime"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// GOMAXPROCS is raised only while the program waits for storage, and lowered when it rests.
func TestGOMAXPROCS(t *testing.T) {
	if os.Getenv("GOMAXPROCS") != "" {
		t.Skip("GOMAXPROCS is set, and to lower it again would lose that")
	}
	before := runtime.GOMAXPROCS(0)
	defer runtime.SetDefaultGOMAXPROCS()
	w := processorLimit{workers: before + 3}
	one := processorLimit{workers: 1}
	for _, tt := range []struct {
		what  string
		work  time.Duration // in 20 ms
		waits int64
		want  int
		rests bool
	}{
		{"nothing", 0, 0, before, true},
		{"computing", 20 * time.Millisecond, 10, before, false},
		{"cached", 35 * time.Millisecond, 150, before, false},
		{"waiting for terminals and timers", 500 * time.Microsecond, 100, before, true},
		{"few waits", 5 * time.Millisecond, 40, before, false},
		{"waiting for storage", 20 * time.Millisecond, 200, before + 3, false},
		{"computing in between", 20 * time.Millisecond, 10, before + 3, false},
		{"nothing again", 0, 0, before, true},
	} {
		now := activity{w.last.at.Add(20 * time.Millisecond), w.last.processor + tt.work, w.last.waits + tt.waits}
		if rests := one.adjust(now); rests != tt.rests || one.raised {
			t.Errorf("%s, one worker: rests %v, raised %v", tt.what, rests, one.raised)
		}
		if rests := w.adjust(now); rests != tt.rests {
			t.Errorf("%s: rests %v, want %v", tt.what, rests, tt.rests)
		}
		if got := runtime.GOMAXPROCS(0); got != tt.want {
			t.Errorf("%s: %d processors, want %d", tt.what, got, tt.want)
		}
	}
}

// What the kernel counts is what is meant: waits, and work.
func TestActivity(t *testing.T) {
	const waits = 100
	before := activityNow()
	for range waits {
		unix.Nanosleep(&unix.Timespec{Nsec: 1000}, nil)
	}
	waited := activityNow()
	if n := waited.waits - before.waits; n < waits {
		t.Errorf("%d waits were counted of %d", n, waits)
	}
	for activityNow().processor-waited.processor < time.Millisecond { // hangs where work is not counted
	}
}
