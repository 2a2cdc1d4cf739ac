package observe

import (
	"lockscope/scan/pool"
	"lockscope/scan/report"
)

// calls is for questions to the kernel that may never be answered. For example, /proc/<pid>/cmdline
// and maps wait for a thread that has the process's memory locked (mmap_lock), and that thread may
// wait for a dead file server. What is asked about a process concerns many directories; none of
// them must wait.
type calls = pool.Calls[subject]

// subject is what is asked about. While two questions about one subject hang, it is not asked again.
type subject struct {
	pid  int // 0 where it is not about a process
	what string
}

// callErr calls a function that can fail. Where it gives no answer, the error is report.ErrNoAnswer.
func callErr[T any](c *calls, about subject, f func() (T, error)) (T, error) {
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
