package pool

import (
	"sync"
	"sync/atomic"
	"time"
)

// Calls keeps count of the calls that have no answer: see [Call]. It may be used concurrently.
type Calls[K comparable] struct {
	wait   time.Duration // for the answer to one call, while no other is left behind
	timers sync.Pool     // of stopped *time.Timer. Not shared: synctest allows no timer of another bubble

	mu     sync.Mutex
	behind map[K]int // by key, how many goroutines are left behind
	all    int       // how many are in all
}

// NewCalls returns Calls for callers that are to come back within limit themselves, as the jobs of a
// [Pool] are. A call waits for a third of it. The more goroutines are left behind, the shorter it waits,
// so that a caller who makes many calls without an answer comes back in time too. But it waits for 20 ms
// at least.
func NewCalls[K comparable](limit time.Duration) *Calls[K] {
	return &Calls[K]{wait: max(limit/waitShare, leastFirstWait), behind: map[K]int{}}
}

// Call calls f on a goroutine of its own, and reports whether an answer came in time. Where none
// comes, f is called once more, since the first may have been unlucky. f may block for ever: its
// goroutine is left behind then. So f returns what it finds, and writes it nowhere else. While two
// goroutines are left behind for a key, or 64 in all, f is not called.
func Call[T any, K comparable](c *Calls[K], key K, f func() T) (answer T, ok bool) {
	for range mostPerKey {
		wait, allowed := c.permit(key)
		if !allowed {
			break
		}
		if answer, ok = try(c, key, wait, f); ok {
			break
		}
	}
	return answer, ok
}

// try calls f, and waits for its answer.
func try[T any, K comparable](c *Calls[K], key K, wait time.Duration, f func() T) (answer T, ok bool) {
	answers := make(chan T, 1)
	var decided atomic.Bool // set by whoever comes first: the answer, or the end of the wait for it
	go func() {
		answer := f()
		if decided.CompareAndSwap(false, true) {
			answers <- answer
		} else {
			c.back(key)
		}
	}()
	timer, _ := c.timers.Get().(*time.Timer)
	if timer == nil {
		timer = time.NewTimer(wait)
	} else {
		timer.Reset(wait)
	}
	defer c.timers.Put(timer)
	select {
	case answer = <-answers:
		timer.Stop()
		return answer, true
	case <-timer.C:
	}
	if c.leave(key, &decided) {
		return answer, false
	}
	return <-answers, true // it came just now
}

// permit reports whether f may be called, and how long to wait for the answer. The more goroutines were
// left behind, the shorter the wait is. So a caller who makes many calls in vain loses no more time than
// with a few long ones.
func (c *Calls[K]) permit(key K) (wait time.Duration, allowed bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := time.Duration(1 + c.all)
	return max(c.wait/(n*n), leastWait), c.behind[key] < mostPerKey && c.all < mostCalls
}

// leave leaves a goroutine behind, unless its answer is there.
func (c *Calls[K]) leave(key K, decided *atomic.Bool) (left bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !decided.CompareAndSwap(false, true) {
		return false
	}
	c.behind[key]++ // before back takes it away
	c.all++
	return true
}

// back notes that a goroutine which was left behind has ended.
func (c *Calls[K]) back(key K) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all--
	if c.behind[key]--; c.behind[key] == 0 {
		delete(c.behind, key)
	}
}
