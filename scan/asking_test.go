package scan

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// Nobody waits for long for an answer that does not come, few goroutines are left behind, and what has
// answered is asked again.
func TestAskSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAsking(6 * time.Second)
		hang := make(chan struct{})
		var asked atomic.Int32
		silent := func() int { asked.Add(1); <-hang; return 1 }
		start := time.Now()
		for range 100 {
			if _, ok := ask(a, subject{1, "stat"}, silent); ok {
				t.Fatal("an answer")
			}
		}
		if took := time.Since(start); took > 3*time.Second || asked.Load() != askTwice {
			t.Errorf("asked %d times in %v", asked.Load(), took)
		}
		if got, ok := ask(a, subject{1, "status"}, func() int { return 7 }); got != 7 || !ok {
			t.Errorf("something else of it: %d, %v", got, ok)
		}
		close(hang)
		synctest.Wait()
		if got, ok := ask(a, subject{1, "stat"}, func() int { return 8 }); got != 8 || !ok || a.all != 0 || len(a.late) != 0 {
			t.Errorf("after it came back: %d, %v; %d late of %v", got, ok, a.all, a.late)
		}
	})
}

// One call that hangs is not the last that is tried.
func TestAskAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAsking(6 * time.Second)
		hang := make(chan struct{})
		var asked atomic.Bool
		got, ok := ask(a, subject{1, "stat"}, func() int {
			if asked.CompareAndSwap(false, true) {
				<-hang
			}
			return 2
		})
		if got != 2 || !ok {
			t.Errorf("%d, %v", got, ok)
		}
		close(hang)
	})
}

// However many hang, and whoever asks, the goroutines that are left behind are bounded, and so is the time that all
// of them together take from one who asks.
func TestAskBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAsking(6 * time.Second)
		hang := make(chan struct{})
		start := time.Now()
		for pid := range 1000 {
			ask(a, subject{pid, "stat"}, func() bool { <-hang; return true })
		}
		if took := time.Since(start); took > 6*time.Second || a.all > lateMost {
			t.Errorf("%d are late after %v", a.all, took)
		}
		close(hang)
	})
}
