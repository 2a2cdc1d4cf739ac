package scan

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

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
