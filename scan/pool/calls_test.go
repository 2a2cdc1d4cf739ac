package pool

import (
	"strconv"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// Nobody waits for long for an answer that does not come, few goroutines are left behind, and once
// they have come back the key is called for again.
func TestCallSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := NewCalls[string](6 * time.Second)
		hang := make(chan struct{})
		var calls atomic.Int32
		silent := func() int { calls.Add(1); <-hang; return 1 }
		start := time.Now()
		for range 100 {
			if _, ok := Call(c, "a", silent); ok {
				t.Fatal("an answer")
			}
		}
		if took := time.Since(start); took > 3*time.Second || calls.Load() != mostPerKey {
			t.Errorf("called %d times in %v", calls.Load(), took)
		}
		if got, ok := Call(c, "b", func() int { return 7 }); got != 7 || !ok {
			t.Errorf("another key: %d, %v", got, ok)
		}
		close(hang)
		synctest.Wait()
		if got, ok := Call(c, "a", func() int { return 8 }); got != 8 || !ok || c.all != 0 || len(c.behind) != 0 {
			t.Errorf("after it came back: %d, %v; %d left behind of %v", got, ok, c.all, c.behind)
		}
	})
}

// One call that hangs is not the last that is tried.
func TestCallAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := NewCalls[string](6 * time.Second)
		hang := make(chan struct{})
		var calls atomic.Bool
		got, ok := Call(c, "a", func() int {
			if calls.CompareAndSwap(false, true) {
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

// However many calls hang, and for whatever keys, the goroutines that are left behind are bounded,
// and so is the time that all of them together take from a caller.
func TestCallBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := NewCalls[string](6 * time.Second)
		hang := make(chan struct{})
		start := time.Now()
		for key := range 1000 {
			Call(c, strconv.Itoa(key), func() bool { <-hang; return true })
		}
		if took := time.Since(start); took > 6*time.Second || c.all > mostCalls {
			t.Errorf("%d are left behind after %v", c.all, took)
		}
		close(hang)
	})
}

// An answer that comes at the moment when the wait for it ends is taken, or its goroutine is
// counted until its end; never both.
func TestCallJustInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for range 1000 {
			c := NewCalls[string](6 * time.Second)
			var calls atomic.Int32
			got, ok := Call(c, "a", func() int32 {
				n := calls.Add(1)
				if n == 1 {
					time.Sleep(c.wait)
				}
				return n
			})
			synctest.Wait()
			if got != calls.Load() || !ok || c.all != 0 || len(c.behind) != 0 {
				t.Fatalf("%d, %v of %d calls; %d left behind of %v", got, ok, calls.Load(), c.all, c.behind)
			}
		}
	})
}

func BenchmarkCall(b *testing.B) {
	c := NewCalls[string](6 * time.Second)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			Call(c, "a", func() int { return 1 })
		}
	})
}
