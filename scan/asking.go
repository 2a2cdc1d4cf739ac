package scan

import (
	"fmt"

	"lockscope/scan/pool"
	"lockscope/scan/report"
)

// asking is for questions to the kernel. What it says of a process concerns many directories, and may not come at
// all: /proc/<pid>/cmdline and maps wait for a thread that has the process's memory locked while it waits for a
// dead file server (mmap_lock). So whoever needs such an answer does not ask himself. It lasts as long
// as the Monitor.
type asking = pool.Calls[subject]

// subject is what is asked about.
type subject struct {
	pid  int // 0 where it is no process
	what string
}

// askOrFail asks what may fail, also for want of an answer.
func askOrFail[T any](a *asking, about subject, f func() (T, error)) (T, error) {
	type result struct {
		answer T
		err    error
	}
	r, ok := pool.Call(a, about, func() (r result) { r.answer, r.err = f(); return r })
	if !ok {
		r.err = report.ErrNoAnswer
	}
	return r.answer, r.err
}

// noAnswer is the error of a directory, or a root, that gave no answer in time.
func (c *Config) noAnswer() error { return fmt.Errorf("%w in %v", report.ErrNoAnswer, c.Timeout) }
