package pool

import (
	"sync"
	"sync/atomic"
	"time"
)

// Calls keeps count of the calls that have no answer: see [Call]. It may be used concurrently.
type Calls[K comparable] struct {
	wait   time.Duration // for the answer to one call, while no other is left behind
	timers sync.Pool     // of *time.Timer that are stopped; of these Calls alone, as synctest wants it

	mu     sync.Mutex
	behind map[K]int // goroutines that were left behind, by key
	all    int       // in all
}

// NewCalls returns the Calls of callers that have this limit to come back in themselves, as the
// jobs of a [Pool] have. One call takes less than that, and many without an answer do not
// take more together. But no call is left without an answer that comes within some ms.
func NewCalls[K comparable](limit time.Duration) *Calls[K] {
	return &Calls[K]{wait: max(limit/waitShare, leastFirstWait), behind: map[K]int{}}
}

// Call calls f on a goroutine of its own, and reports whether an answer came in time. Else f
// is called once more, since it may just have been unlucky. f may go on for ever, and a goroutine
// is left behind in it then: what f finds it returns, and writes nowhere else. Where two are left behind
// for a key, or very many for all, f is not called until some have come back.
func Call[T any, K comparable](c *Calls[K], key K, f func() T) (answer T, ok bool) {
	for range mostPerKey {
		wait, allowed := c.may(key)
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
	// Whoever sets it first decides whether the answer is taken.
	var decided atomic.Bool
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

// may reports whether to call f, and how long to wait for the answer: the more were left behind, the
// shorter, so that all of them together do not keep a caller for longer than some waits for one.
func (c *Calls[K]) may(key K) (wait time.Duration, allowed bool) {
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

// back takes note that a goroutine that was left behind is at its end.
func (c *Calls[K]) back(key K) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all--
	if c.behind[key]--; c.behind[key] == 0 {
		delete(c.behind, key)
	}
}
