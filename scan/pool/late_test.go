package pool

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

// A group that hangs costs its own jobs an answer, within the limit, and no others, however many of
// its jobs are added first.
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
		if n, want := running(hung), testWorkers+2; n != want { // two were tried
			t.Errorf("%d goroutines were left behind in one group, want %d", n, want)
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
		wantSound(t, p)
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
		wantSound(t, p)
	})
}

// A group that was only slow, and hangs then, costs no more than one that hangs from the start.
func TestSlowThenStalled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newTestPool()
		defer p.Close()
		hang, slow := make(chan struct{}), make(chan struct{})
		first := []*testJob{{key: "/hung/first", hang: hang}, {key: "/hung/slow", hang: slow}}
		time.AfterFunc(testLimit*4/5, func() { close(slow) })
		p.add(first...)
		wait(t, p)
		wantFate(t, "given up", first[0])
		wantFate(t, "finished", first[1])
		jobs := quick("/hung", 50)
		for _, j := range jobs {
			j.hang = hang
		}
		p.add(jobs...)
		wait(t, p)
		wantFate(t, "given up", jobs...)
		if n, want := running(jobs), testWorkers+2; n != want {
			t.Errorf("%d goroutines were left behind, want %d", n, want)
		}
		close(hang)
		synctest.Wait()
		wantSound(t, p)
	})
}

// Where all goroutines are late, the rest of the jobs goes on as soon as some come back.
func TestAllLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newTestPool()
		defer p.Close()
		slow := make(chan struct{})
		// The last of them begin after three rounds of others that became late, and are late after a
		// fourth. The first are abandoned at the next look.
		time.AfterFunc(testLimit+testLimit/checksPerLimit/2, func() { close(slow) })
		jobs := quick("/ok", 20) // the last added is begun first
		for i := range p.most {
			jobs = append(jobs, &testJob{key: fmt.Sprintf("/slow%d/x", i), hang: slow})
		}
		p.add(jobs...)
		wait(t, p)
		wantFate(t, "finished", jobs...)
		synctest.Wait()
		wantSound(t, p)
	})
}

// wantSound checks that nothing is remembered of what has hung.
func wantSound(t *testing.T, p *Pool) {
	t.Helper()
	synctest.Wait() // a worker that was replaced is about to end
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.watched)+len(p.abandoned) > 0 || len(p.workers) > p.onTime {
		t.Errorf("groups %v under watch, keys %v abandoned, %d goroutines for %d workers", p.watched, p.abandoned, len(p.workers), p.onTime)
	}
}

// However many groups hang, and however often jobs of them are added, the number of goroutines that
// are left behind is bounded; and Wait comes back even with no worker left.
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

// What hangs alone in its group is not run again until it has come back: each time would cost one
// more goroutine, until none is left for the others.
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
