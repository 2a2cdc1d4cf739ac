package pool

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

// A group that hangs costs its own jobs an answer, within the limit, and no others,
// however many of its jobs are added first.
func TestStalledGroup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newTestPool()
		defer p.Close()
		hang := make(chan struct{})
		hung, sound := quick("/hung", 50), quick("/ok", 50)
		for _, j := range hung {
			j.hang = hang
		}
		start := time.Now()
		for i := range hung { // the last added is taken first
			p.add(sound[i], hung[i])
		}
		wait(t, p)
		if took := time.Since(start); took > 2*testLimit {
			t.Errorf("took %v, and the limit for a job is %v", took, testLimit)
		}
		wantFate(t, "given up", hung...)
		wantFate(t, "finished", sound...)
		if n := running(hung); n == 0 || n > testWorkers+mostTries {
			t.Errorf("%d goroutines were left behind in one group", n)
		}

		again := quick("/hung", 5)
		p.add(again...)
		wait(t, p)
		wantFate(t, "given up", again...)
		if n := running(again); n != 0 {
			t.Errorf("%d more were left behind while the group is stalled", n)
		}

		close(hang)
		synctest.Wait()
		for _, j := range hung {
			if j.discarded.Load() != 1 || j.finished.Load() != 0 { // also those that were never run
				t.Errorf("%s was given up: run %d times, discarded %d times, finished %d times", j.key,
					j.runs.Load(), j.discarded.Load(), j.finished.Load())
			}
		}
		healed := quick("/hung", 20)
		p.add(healed...)
		wait(t, p)
		wantFate(t, "finished", healed...)
	})
}

// A job that is slow, but back in time, is finished, and so is what waited for it.
func TestSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newTestPool()
		defer p.Close()
		jobs := quick("/slow", 20)
		for _, j := range jobs[10:] {
			j.hang = make(chan struct{})
			time.AfterFunc(testLimit*4/5, func() { close(j.hang) })
		}
		p.add(jobs...)
		wait(t, p)
		wantFate(t, "finished", jobs...)
	})
}

// However many groups hang, and however often jobs of them are added, the number of
// goroutines that are left behind is bounded; and Wait comes back even with no worker left.
func TestBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newTestPool()
		defer p.Close()
		hang := make(chan struct{})
		var all []*testJob
		for round := range 20 {
			var jobs []*testJob
			for i := range 2 * testWorkers {
				jobs = append(jobs, &testJob{key: fmt.Sprintf("/hung%d-%d/x", round, i), hang: hang})
			}
			p.add(jobs...)
			wait(t, p)
			wantFate(t, "given up", jobs...)
			all = append(all, jobs...)
			if n, most := running(all), 4*testWorkers; n > most {
				t.Fatalf("%d goroutines are left behind after round %d, and %d are the most", n, round, most)
			}
		}
		close(hang)
		synctest.Wait()
		if n := running(all); n != 0 {
			t.Errorf("%d still run", n)
		}
		sound := quick("/ok", 20)
		p.add(sound...)
		wait(t, p)
		wantFate(t, "finished", sound...)
	})
}

// What hangs alone in its group is not run again until it has come back: each time would
// cost one more goroutine, until none is left for the others.
func TestAbandonedKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newTestPool()
		defer p.Close()
		hang := make(chan struct{})
		var all []*testJob
		for range 5 * testWorkers {
			hung, sound := &testJob{key: "/ok/hung", hang: hang}, quick("/ok", 10)
			p.add(append(sound, hung)...)
			wait(t, p)
			wantFate(t, "given up", hung)
			wantFate(t, "finished", sound...)
			all = append(all, hung)
		}
		if n := running(all); n != 1 {
			t.Errorf("%d goroutines are left behind for one key", n)
		}
		close(hang)
		synctest.Wait()
		again := &testJob{key: "/ok/hung"}
		p.add(again)
		wait(t, p)
		wantFate(t, "finished", again)
	})
}
