package scan

import (
	"lockscope/scan/report"
	"sync"
	"time"
)

// asking keeps count of the questions to the kernel that are without an answer. What it says of
// a process concerns many directories, and may not come at all: /proc/<pid>/cmdline and maps wait for a
// thread that has the process's memory locked while it waits for a dead file server (mmap_lock).
// So nobody asks such a thing himself: a goroutine does, which is left behind. It lasts as
// long as the Monitor, and may be used concurrently.
type asking struct {
	patience time.Duration // how long an answer may take

	mu   sync.Mutex
	late map[subject]int // goroutines that were left behind
	all  int
}

// subject is what is asked about.
type subject struct {
	pid  int // 0 where it is no process
	what string
}

const (
	// askTwice is how many goroutines may be left behind on one subject: the first may have
	// been unlucky.
	askTwice = 2
	// lateMost is how many may be on all of them: each takes a thread of the system.
	lateMost = 64
	// leastPatience is what a busy host needs to let a goroutine run.
	leastPatience = 20 * time.Millisecond
)

// newAsking is for jobs with this time limit. They wait for what they need to know of others for
// as long that they come back in time themselves.
func newAsking(limit time.Duration) *asking {
	return &asking{patience: max(limit/3, 50*time.Millisecond), late: map[subject]int{}}
}

// ask has f asked on a goroutine of its own, and reports whether an answer came. f may go on for ever: what it
// finds it returns, and nothing else.
func ask[T any](a *asking, about subject, f func() T) (answer T, ok bool) {
	for range askTwice {
		patience, allowed := a.may(about)
		if !allowed {
			break
		}
		q := make(chan T, 1) // not to keep the one who is late
		var left bool
		go func() {
			answer := f()
			a.mu.Lock()
			defer a.mu.Unlock()
			if left {
				a.back(about)
			}
			q <- answer
		}()
		timer := time.NewTimer(patience)
		select {
		case answer = <-q:
			timer.Stop()
			return answer, true
		case <-timer.C:
		}
		a.mu.Lock()
		select {
		case answer = <-q: // just now
			a.mu.Unlock()
			return answer, true
		default:
		}
		left = true
		a.late[about]++
		a.all++
		a.mu.Unlock()
	}
	return answer, false
}

// askOrFail asks what may fail, also for want of an answer.
func askOrFail[T any](a *asking, about subject, f func() (T, error)) (T, error) {
	type result struct {
		answer T
		err    error
	}
	r, ok := ask(a, about, func() (r result) { r.answer, r.err = f(); return r })
	if !ok {
		r.err = report.ErrNoAnswer
	}
	return r.answer, r.err
}

// onceFor returns what f finds out for a key. It is called by whoever wants to know first, without mu.
func onceFor[K comparable, T any](mu *sync.Mutex, known map[K]func() (T, error), key K, f func() (T, error)) (T, error) {
	mu.Lock()
	find := known[key]
	if find == nil {
		find = sync.OnceValues(f)
		known[key] = find
	}
	mu.Unlock()
	return find()
}

// may reports whether to ask, and how long to wait for the answer: the more have none, the
// shorter, so that all of them together do not keep a job for longer than some tell it to wait for one.
func (a *asking) may(about subject) (patience time.Duration, allowed bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	n := time.Duration(1 + a.all)
	return max(a.patience/(n*n), leastPatience), a.late[about] < askTwice && a.all < lateMost
}

// back takes note that a goroutine that was left behind is at its end. The caller holds mu.
func (a *asking) back(about subject) {
	a.all--
	if a.late[about]--; a.late[about] == 0 {
		delete(a.late, about)
	}
}
