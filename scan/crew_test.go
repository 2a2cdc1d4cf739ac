package scan

import (
	"context"
	"errors"
	"fmt"
	"lockscope/scan/report"
	"path"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// These tests run in a bubble: its clock stands still while anybody in it can
// run, and it fails a test that leaves a goroutine behind.

const (
	crewSize  = 3
	crewLimit = 5 * time.Second
)

// newTestCrew is a crew for jobs whose mount is the directory of their path.
func newTestCrew() *crew {
	c := newCrew(crewSize, crewLimit, path.Dir)
	c.most = 4 * crewSize
	return c
}

// labor is a job that a test controls. It keeps count of what becomes of it.
type labor struct {
	path string
	hang chan struct{} // run blocks until it is closed, unless it is nil
	then func()        // part of finish

	runs, finished, discarded atomic.Int32
	mu                        sync.Mutex
	lost                      []error
}

func (l *labor) where() string { return l.path }
func (l *labor) run() {
	l.runs.Add(1)
	if l.hang != nil {
		<-l.hang
	}
}
func (l *labor) finish() {
	l.finished.Add(1)
	if l.then != nil {
		l.then()
	}
}
func (l *labor) giveUp(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lost = append(l.lost, err)
}
func (l *labor) discard() { l.discarded.Add(1) }

// fate says what became of a job: exactly one of finished and given up, once.
func (l *labor) fate() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case len(l.lost) == 1 && l.finished.Load() == 0 && errors.Is(l.lost[0], report.ErrNoAnswer):
		return "given up"
	case len(l.lost) == 0 && l.finished.Load() == 1 && l.runs.Load() == 1:
		return "finished"
	}
	return fmt.Sprintf("run %d times, finished %d times, lost %v", l.runs.Load(), l.finished.Load(), l.lost)
}

func wantFate(t *testing.T, want string, labors ...*labor) {
	t.Helper()
	for _, l := range labors {
		if got := l.fate(); got != want {
			t.Errorf("%s: %s, want %s", l.path, got, want)
		}
	}
}

// quick returns jobs below a mount that come back at once.
func quick(mount string, n int) (labors []*labor) {
	for i := range n {
		labors = append(labors, &labor{path: fmt.Sprintf("%s/%d", mount, i)})
	}
	return labors
}

func (c *crew) addLabor(labors ...*labor) {
	for _, l := range labors {
		c.add(l)
	}
}

func wait(t *testing.T, c *crew) {
	t.Helper()
	if err := c.wait(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// Wait returns when all is done, also what finish added, and may be called
// again and again.
func TestCrewFinish(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newTestCrew()
		defer c.dismiss()
		wait(t, c) // nothing to do
		for range 3 {
			leaves := quick("/ok", 100)
			var branches []*labor
			for i := range 10 {
				branches = append(branches, &labor{path: fmt.Sprint("/ok/branch", i), then: func() { c.addLabor(leaves[10*i : 10*i+10]...) }})
			}
			root := &labor{path: "/ok/root", then: func() { c.addLabor(branches...) }}
			c.addLabor(root)
			wait(t, c)
			wantFate(t, "finished", root)
			wantFate(t, "finished", branches...)
			wantFate(t, "finished", leaves...)
		}
	})
}

// No more jobs are at work at a time than there are goroutines for.
func TestCrewSize(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newTestCrew()
		defer c.dismiss()
		labors := quick("/ok", 20)
		open := make(chan struct{})
		for _, l := range labors {
			l.hang = open
		}
		c.addLabor(labors...)
		synctest.Wait()
		if n := running(labors); n != crewSize {
			t.Errorf("%d at work, want %d", n, crewSize)
		}
		close(open)
		wait(t, c)
		wantFate(t, "finished", labors...)
	})
}

// running is how many jobs were begun and have not come to an end.
func running(labors []*labor) (n int) {
	for _, l := range labors {
		if l.runs.Load() > l.finished.Load()+l.discarded.Load() {
			n++
		}
	}
	return n
}

// A hung mount costs its own directories an answer, within the time limit, and
// no others, however many of its directories are asked for first.
func TestCrewHungMount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newTestCrew()
		defer c.dismiss()
		hang := make(chan struct{})
		hung, sound := quick("/hung", 50), quick("/ok", 50)
		for _, l := range hung {
			l.hang = hang
		}
		start := time.Now()
		for i := range hung { // the last added is taken first
			c.addLabor(sound[i], hung[i])
		}
		wait(t, c)
		if took := time.Since(start); took > 2*crewLimit {
			t.Errorf("took %v, and the limit for a job is %v", took, crewLimit)
		}
		wantFate(t, "given up", hung...)
		wantFate(t, "finished", sound...)
		if n := running(hung); n == 0 || n > crewSize+riskMost {
			t.Errorf("%d goroutines were risked on one mount", n)
		}

		again := quick("/hung", 5)
		c.addLabor(again...)
		wait(t, c)
		wantFate(t, "given up", again...)
		if n := running(again); n != 0 {
			t.Errorf("%d more were risked while the mount still hangs", n)
		}

		close(hang)
		synctest.Wait()
		for _, l := range hung {
			if l.discarded.Load() != 1 || l.finished.Load() != 0 { // also those that were never run
				t.Errorf("%s was given up: run %d times, discarded %d times, finished %d times", l.path,
					l.runs.Load(), l.discarded.Load(), l.finished.Load())
			}
		}
		healed := quick("/hung", 20)
		c.addLabor(healed...)
		wait(t, c)
		wantFate(t, "finished", healed...)
	})
}

// A job that is slow, but back in time, is finished, and so is what waited for it.
func TestCrewSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newTestCrew()
		defer c.dismiss()
		labors := quick("/slow", 20)
		for _, l := range labors[10:] {
			l.hang = make(chan struct{})
			time.AfterFunc(crewLimit*4/5, func() { close(l.hang) })
		}
		c.addLabor(labors...)
		wait(t, c)
		wantFate(t, "finished", labors...)
	})
}

// However many mounts hang, and however often they are asked, the number of
// goroutines that are stuck is bounded; and wait comes back even with none left.
func TestCrewBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newTestCrew()
		defer c.dismiss()
		hang := make(chan struct{})
		var all []*labor
		for round := range 20 {
			var labors []*labor
			for i := range 2 * crewSize {
				labors = append(labors, &labor{path: fmt.Sprintf("/hung%d-%d/x", round, i), hang: hang})
			}
			c.addLabor(labors...)
			wait(t, c)
			wantFate(t, "given up", labors...)
			all = append(all, labors...)
			if n, most := running(all), 4*crewSize; n > most {
				t.Fatalf("%d goroutines are stuck after round %d, and %d are the most", n, round, most)
			}
		}
		close(hang)
		synctest.Wait()
		if n := running(all); n != 0 {
			t.Errorf("%d still run", n)
		}
		sound := quick("/ok", 20)
		c.addLabor(sound...)
		wait(t, c)
		wantFate(t, "finished", sound...)
	})
}

// Nobody waits for a job that is stuck when the program is to end.
func TestCrewCancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newTestCrew()
		hang := make(chan struct{})
		labors := quick("/hung", 20)
		for _, l := range labors {
			l.hang = hang
		}
		c.addLabor(labors...)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Millisecond, cancel)
		start := time.Now()
		if err := c.wait(ctx); err != context.Canceled {
			t.Errorf("wait: %v", err)
		}
		if took := time.Since(start); took > 2*time.Millisecond {
			t.Errorf("took %v", took)
		}
		c.dismiss()
		begun := running(labors)
		close(hang)
		synctest.Wait()
		if n := running(labors); n != 0 {
			t.Errorf("%d still run", n)
		}
		for _, l := range labors {
			begun -= int(l.runs.Load())
		}
		if begun != 0 {
			t.Errorf("%d were begun after the end", -begun)
		}
	})
}

// One directory that hangs where others do not is not asked again until it has answered: each time would cost
// one more goroutine, until none is left for the others.
func TestCrewAsksOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newTestCrew()
		defer c.dismiss()
		hang := make(chan struct{})
		var all []*labor
		for range 5 * crewSize {
			hung, sound := &labor{path: "/ok/hung", hang: hang}, quick("/ok", 10)
			c.addLabor(append(sound, hung)...)
			wait(t, c)
			wantFate(t, "given up", hung)
			wantFate(t, "finished", sound...)
			all = append(all, hung)
		}
		if n := running(all); n != 1 {
			t.Errorf("%d goroutines wait for one directory", n)
		}
		close(hang)
		synctest.Wait()
		again := &labor{path: "/ok/hung"}
		c.addLabor(again)
		wait(t, c)
		wantFate(t, "finished", again)
	})
}
