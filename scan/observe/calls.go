package observe

import (
	"runtime"
	"sync"
	"sync/atomic"

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

// askAll asks the same about many processes, and returns the answers in their order. It asks about some at a
// time, since to ask about each alone costs as much again, and on all processors, since somebody waits for
// it. Where no answer comes, it asks about each of these alone: one that gives none costs the others nothing.
func askAll[T any](c *calls, what string, pids []int, ask, noAnswer func(pid int) T) []T {
	all := make([]T, len(pids))
	var askers sync.WaitGroup
	var next atomic.Int64
	for range runtime.GOMAXPROCS(0) {
		askers.Go(func() {
			for {
				from := int(next.Add(processesAtATime)) - processesAtATime
				if from >= len(pids) {
					return
				}
				to := min(from+processesAtATime, len(pids))
				copy(all[from:to], askSome(c, what, pids[from:to], ask, noAnswer))
			}
		})
	}
	askers.Wait()
	return all
}

func askSome[T any](c *calls, what string, pids []int, ask, noAnswer func(pid int) T) (answers []T) {
	answers, ok := pool.Call(c, subject{pids[0], what}, func() []T {
		answers := make([]T, len(pids))
		for i, pid := range pids {
			answers[i] = ask(pid)
		}
		return answers
	})
	switch {
	case ok:
		return answers
	case len(pids) == 1:
		return []T{noAnswer(pids[0])}
	}
	for i := range pids {
		answers = append(answers, askSome(c, what, pids[i:i+1], ask, noAnswer)...)
	}
	return answers
}
