package observe

import (
	"lockscope/scan/pool"
	"lockscope/scan/report"
)

// calls is for questions to the kernel whose answer may never come. /proc/<pid>/cmdline and maps
// wait for a thread that has the process's memory locked (mmap_lock), and that thread may wait for
// a dead file server. What is said of a process concerns many directories, and none of them is to
// wait for it.
type calls = pool.Calls[subject]

// subject is what is asked about.
type subject struct {
	pid  int // 0 where it is no process
	what string
}

// askOrFail asks what may fail, also for want of an answer.
func askOrFail[T any](c *calls, about subject, f func() (T, error)) (T, error) {
	type result struct {
		answer T
		err    error
	}
	r, ok := pool.Call(c, about, func() (r result) { r.answer, r.err = f(); return r })
	if !ok {
		r.err = report.ErrNoAnswer
	}
	return r.answer, r.err
}
