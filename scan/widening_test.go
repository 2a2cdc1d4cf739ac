package scan

import (
	"os"
	"runtime"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestWidening(t *testing.T) {
	if os.Getenv("GOMAXPROCS") != "" {
		t.Skip("GOMAXPROCS is set, and then nothing is widened")
	}
	before := runtime.GOMAXPROCS(0)
	compute := func() {
		for start := processorTime(); processorTime()-start < 20*time.Millisecond; {
		}
	}
	wait := func() {
		for range 2 * fewWaits {
			unix.Nanosleep(&unix.Timespec{Nsec: 1000}, nil)
		}
	}
	for _, tt := range []struct {
		what string
		do   func()
		want int
	}{
		{"nothing", func() {}, before},
		{"computing", compute, before},
		{"waiting", wait, before + 3},
	} {
		w := newWidening(before + 3)
		tt.do()
		w.look()
		if got := runtime.GOMAXPROCS(0); got != tt.want {
			t.Errorf("%s: %d, want %d", tt.what, got, tt.want)
		}
		w.end()
		if got := runtime.GOMAXPROCS(0); got != before {
			t.Errorf("after %s: %d, want %d", tt.what, got, before)
		}
	}
	w := newWidening(1)
	wait()
	w.look()
	if got := runtime.GOMAXPROCS(0); got != before {
		t.Errorf("with one worker: %d, want %d", got, before)
	}
}
