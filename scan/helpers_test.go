package scan

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"lockscope/lock"
	"lockscope/lock/locktest"
	"lockscope/scan/hosttest"
	"lockscope/scan/observe"
	"lockscope/scan/report"
)

func TestMain(m *testing.M) {
	locktest.Main()
	os.Exit(m.Run())
}

// found is everything that a scan told its sink, put together.
type found struct {
	reports  map[string]*report.Report
	handoffs []report.Handoff
	errors   []report.PathError
	summary  report.Summary
	passes   int
}

func (f *found) take(u report.Update) {
	for _, c := range u.Changes {
		f.reports[c.Report.Path] = c.Report
	}
	for _, path := range u.Gone {
		delete(f.reports, path)
	}
	f.handoffs = append(f.handoffs, u.Handoffs...)
	f.errors = append(f.errors, u.Errors...)
	if u.Summary != nil {
		f.summary = *u.Summary
		f.passes++
	}
}

// inFull sets what a test leaves out: any depth, and a time limit that a busy host keeps.
func inFull(cfg Config) Config {
	if cfg.MaxDepth == 0 {
		cfg.MaxDepth = -1
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = hosttest.Patience
	}
	return cfg
}

// once scans a single time.
func once(t *testing.T, cfg Config) *found {
	t.Helper()
	f := &found{reports: map[string]*report.Report{}}
	summary, err := New(inFull(cfg)).Once(context.Background(), f.take)
	if err != nil {
		t.Fatal(err)
	}
	f.summary = summary
	return f
}

// at returns the report on one directory, which must be there.
func (f *found) at(t *testing.T, path ...string) *report.Report {
	t.Helper()
	r := f.reports[filepath.Join(path...)]
	if r == nil {
		t.Fatalf("nothing was reported on %s", filepath.Join(path...))
	}
	return r
}

// expect checks state and reasons of one directory.
func expect(t *testing.T, f *found, dir string, state report.State, reasons ...report.Reason) *report.Report {
	t.Helper()
	r := f.at(t, dir)
	hosttest.WantVerdict(t, r, state, reasons...)
	return r
}

// wantPaths checks that these are the directories found, below root.
func (f *found) wantPaths(t *testing.T, root string, want ...string) {
	t.Helper()
	var got []string
	for path := range f.reports {
		got = append(got, strings.TrimPrefix(strings.TrimPrefix(path, root), "/"))
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("found %q, want %q", got, want)
	}
	if f.summary.Dirs != len(want) {
		t.Errorf("%d directories in the summary, want %d", f.summary.Dirs, len(want))
	}
}

func (f *found) wantNoErrors(t *testing.T) {
	t.Helper()
	if len(f.errors) > 0 || f.summary.Errors != 0 {
		t.Errorf("errors %v, %d in the summary", f.errors, f.summary.Errors)
	}
}

// enduring are the scenes of which nothing changes while nobody does anything.
func enduring() []locktest.Scene {
	return slices.DeleteFunc(slices.Clone(locktest.Scenes), func(s locktest.Scene) bool { return s.Name == locktest.HeldAcquiring.Name })
}

// acquire makes a daemon take its lock, once more where a probe was in its way.
func acquire(t *testing.T, daemon *locktest.Proc) {
	t.Helper()
	for {
		err := daemon.Acquire()
		if err == nil {
			return
		} else if !errors.Is(err, lock.ErrHeld) {
			t.Fatal(err)
		}
	}
}

var probes = []observe.Probe{observe.ProbeAuto, observe.ProbeFlock, observe.ProbeNever}

func holderOf(r *report.Report, pid int) *report.Holder {
	for i, h := range r.Evidence.Holders {
		if h.Process.PID == pid {
			return &r.Evidence.Holders[i]
		}
	}
	return nil
}

// watch is a Monitor that runs, and everything that it has reported.
type watch struct {
	monitor *Monitor
	cancel  context.CancelFunc
	done    chan struct{} // closed when Run has returned
	told    chan struct{} // holds a token after each update

	mu      sync.Mutex
	found   found
	updates []report.Update
	err     error
}

// startWatch runs a Monitor until the test ends.
func startWatch(t *testing.T, cfg Config) *watch {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	w := &watch{
		monitor: New(inFull(cfg)),
		cancel:  cancel,
		done:    make(chan struct{}),
		told:    make(chan struct{}, 1),
		found:   found{reports: map[string]*report.Report{}},
	}
	go func() {
		defer close(w.done)
		w.err = w.monitor.Run(ctx, w.take)
	}()
	t.Cleanup(func() { cancel(); <-w.done })
	return w
}

// soon is an interval for tests, that do not wait for people.
const soon = 20 * time.Millisecond

func (w *watch) take(u report.Update) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.found.take(u)
	w.updates = append(w.updates, u)
	select {
	case w.told <- struct{}{}:
	default:
	}
}

// until waits for something to be told.
func (w *watch) until(t *testing.T, what string, is func(*found) bool) {
	t.Helper()
	deadline := time.After(hosttest.Patience)
	for {
		w.mu.Lock()
		ok := is(&w.found)
		w.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-w.told:
		case <-w.done:
			t.Fatalf("ended while waiting for %s: %v", what, w.err)
		case <-deadline:
			w.mu.Lock()
			defer w.mu.Unlock()
			for path, r := range w.found.reports {
				t.Logf("%s: %s %v, checking %t", path, r.Verdict.State, r.Verdict.Reasons.List(), r.Checking)
			}
			t.Fatalf("no %s in %v, after %d updates", what, hosttest.Patience, len(w.updates))
		}
	}
}

// see looks at what was found so far.
func (w *watch) see(look func(*found)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	look(&w.found)
}

// untilState waits until a directory has a state that stands, and returns the report.
func (w *watch) untilState(t *testing.T, dir string, state report.State) (r *report.Report) {
	t.Helper()
	w.until(t, filepath.Base(dir)+" "+state.String(), func(f *found) bool {
		r = f.reports[dir]
		return r != nil && r.Verdict.State == state && !r.Checking
	})
	return r
}

// untilAllStand waits until the verdict on every directory stands.
func (w *watch) untilAllStand(t *testing.T) {
	t.Helper()
	w.until(t, "verdicts that stand", func(f *found) bool { return f.passes > 0 && f.summary.Checking == 0 })
}

// passes waits for n more passes to end.
func (w *watch) passes(t *testing.T, n int) {
	t.Helper()
	w.mu.Lock()
	seen := len(w.updates)
	w.mu.Unlock()
	w.until(t, "pass", func(*found) bool {
		left := n
		for _, u := range w.updates[seen:] {
			if u.Summary != nil {
				left--
			}
		}
		return left <= 0
	})
}

// changes returns everything that was told of a directory.
func (w *watch) changes(dir string) (all []report.Change) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, u := range w.updates {
		for _, c := range u.Changes {
			if c.Report.Path == dir {
				all = append(all, c)
			}
		}
	}
	return all
}

// wantNeverAttention checks that a directory was never said to need any.
func (w *watch) wantNeverAttention(t *testing.T, dir string) {
	t.Helper()
	changes := w.changes(dir)
	for i, c := range changes {
		if !c.Report.Verdict.State.Healthy() && !c.Report.Checking {
			before := changes[max(i-3, 0) : i+1]
			for _, c := range before {
				t.Logf("%s %v, checking %t: %s", c.Report.Verdict.State, c.Report.Verdict.Reasons.List(), c.Report.Checking, facts(&c.Report.Evidence))
			}
			t.Errorf("%s at change %d of %d", c.Report.Verdict.State, i+1, len(changes))
			return
		}
	}
}

// play brings a directory below root into a scene's state.
func play(t *testing.T, world *locktest.World, root string, scene locktest.Scene) *locktest.Site {
	t.Helper()
	return hosttest.Play(t, world, filepath.Join(root, scene.Name), scene)
}

// states are those that were told of as standing, one after the other.
func states(changes []report.Change) []report.State {
	var all []report.State
	for _, c := range changes {
		if !c.Report.Checking {
			all = append(all, c.Report.Verdict.State)
		}
	}
	return slices.Compact(all)
}

// facts prints evidence for the log of a test.
func facts(ev *report.Evidence) string {
	s := fmt.Sprintf("%+v", *ev)
	for _, h := range ev.Holders {
		s += fmt.Sprintf(", holder %+v", *h.Process)
	}
	return s
}

// glimpse is a look at a lock that is held. The changes make it differ from others.
func glimpse(changes ...func(*report.Evidence)) *report.Evidence {
	ev := &report.Evidence{Holders: []report.Holder{{Process: &report.Process{PID: 4410, Ticks: 100}, FD: 7}}}
	ev.Lock = lock.LockFile{State: lock.LockHeld, ID: lock.FileID{Dev: 1, Ino: 2, MTime: 3}}
	ev.Dir = lock.FileID{Dev: 1, Ino: 1, MTime: 1000}
	ev.Pidfile = lock.Pidfile{State: lock.PidfileNamed, PID: 8121, ID: lock.FileID{Dev: 1, Ino: 5, MTime: 900, Size: 5}}
	for _, change := range changes {
		change(ev)
	}
	return ev
}

func noPidfile(ev *report.Evidence) { ev.Pidfile = lock.Pidfile{State: lock.PidfileMissing} }
