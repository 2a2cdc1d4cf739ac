package pool

import (
	"context"
	"fmt"
	"path"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// These tests run in a bubble (testing/synctest): its clock stands still while any goroutine in it
// can run, and a test that leaves one behind fails.

const (
	testWorkers = 3
	testLimit   = 5 * time.Second
)

// newTestPool is a pool for jobs whose group is the directory of their key.
func newTestPool() *Pool {
	p := New(Config{Workers: testWorkers, Limit: testLimit, GroupOf: path.Dir})
	p.most = 4 * testWorkers
	return p
}

// testJob is a job that a test controls. It keeps count of what becomes of it.
type testJob struct {
	key  string
	hang chan struct{} // Run blocks until it is closed, unless it is nil
	then func()        // part of Finish

	runs, finished, givenUp, discarded atomic.Int32
}

func (j *testJob) Key() string { return j.key }
func (j *testJob) Run() {
	j.runs.Add(1)
	if j.hang != nil {
		<-j.hang
	}
}
func (j *testJob) Finish() {
	j.finished.Add(1)
	if j.then != nil {
		j.then()
	}
}
func (j *testJob) GiveUp()  { j.givenUp.Add(1) }
func (j *testJob) Discard() { j.discarded.Add(1) }

// fate says what became of a job: exactly one of finished and given up, once.
func (j *testJob) fate() string {
	runs, finished, givenUp := j.runs.Load(), j.finished.Load(), j.givenUp.Load()
	switch {
	case givenUp == 1 && finished == 0:
		return "given up"
	case givenUp == 0 && finished == 1 && runs == 1:
		return "finished"
	}
	return fmt.Sprintf("run %d times, finished %d times, given up %d times", runs, finished, givenUp)
}

func wantFate(t *testing.T, want string, jobs ...*testJob) {
	t.Helper()
	for _, j := range jobs {
		if got := j.fate(); got != want {
			t.Errorf("%s: %s, want %s", j.key, got, want)
		}
	}
}

// quick returns jobs of a group that come back at once.
func quick(group string, n int) (jobs []*testJob) {
	for i := range n {
		jobs = append(jobs, &testJob{key: fmt.Sprintf("%s/%d", group, i)})
	}
	return jobs
}

// running is how many jobs were begun and have not come to an end.
func running(jobs []*testJob) (n int) {
	for _, j := range jobs {
		if j.runs.Load() > j.finished.Load()+j.discarded.Load() {
			n++
		}
	}
	return n
}

func (p *Pool) add(jobs ...*testJob) {
	for _, j := range jobs {
		p.Add(j)
	}
}

func wait(t *testing.T, p *Pool) {
	t.Helper()
	if err := p.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// Wait returns when all is done, also what Finish added, and may be called again and again.
func TestFinish(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newTestPool()
		defer p.Close()
		wait(t, p) // nothing to do
		for range 3 {
			leaves := quick("/ok", 100)
			var branches []*testJob
			for i := range 10 {
				branches = append(branches, &testJob{key: fmt.Sprint("/ok/branch", i), then: func() { p.add(leaves[10*i : 10*i+10]...) }})
			}
			root := &testJob{key: "/ok/root", then: func() { p.add(branches...) }}
			p.add(root)
			wait(t, p)
			wantFate(t, "finished", root)
			wantFate(t, "finished", branches...)
			wantFate(t, "finished", leaves...)
		}
	})
}

// No more jobs run at a time than there are workers.
func TestWorkers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newTestPool()
		defer p.Close()
		jobs := quick("/ok", 20)
		open := make(chan struct{})
		for _, j := range jobs {
			j.hang = open
		}
		p.add(jobs...)
		synctest.Wait()
		if n := running(jobs); n != testWorkers {
			t.Errorf("%d run, want %d", n, testWorkers)
		}
		close(open)
		wait(t, p)
		wantFate(t, "finished", jobs...)
	})
}

// Who ends the wait does not wait for a job that hangs.
func TestCancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newTestPool()
		hang := make(chan struct{})
		jobs := quick("/hung", 20)
		for _, j := range jobs {
			j.hang = hang
		}
		p.add(jobs...)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Millisecond, cancel)
		start := time.Now()
		if err := p.Wait(ctx); err != context.Canceled {
			t.Errorf("wait: %v", err)
		}
		if took := time.Since(start); took > 2*time.Millisecond {
			t.Errorf("took %v", took)
		}
		p.Close()
		begun := running(jobs)
		close(hang)
		synctest.Wait()
		if n := running(jobs); n != 0 {
			t.Errorf("%d still run", n)
		}
		for _, j := range jobs {
			begun -= int(j.runs.Load())
		}
		if begun != 0 {
			t.Errorf("%d were begun after the end", -begun)
		}
	})
}

// A pool that is closed begins nothing more, also where jobs add jobs.
func TestClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newTestPool()
		hang := make(chan struct{})
		runs := 0
		var another func()
		another = func() {
			if runs++; runs < 1000 {
				p.Add(&testJob{key: "/ok/child", then: another})
			}
		}
		p.Add(&testJob{key: "/ok/first", hang: hang, then: another})
		synctest.Wait()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		p.Wait(ctx)
		p.Close()
		close(hang)
		synctest.Wait()
		if runs > 1 {
			t.Errorf("%d jobs were done after the end", runs-1)
		}
	})
}
