package scan

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"lockscope/lock/locktest"
	"lockscope/scan/hosttest"
	"lockscope/scan/report"
)

// Who streams the results of a large tree is told of each directory before all are certain, and
// corrected. Nobody else is.
func TestStream(t *testing.T) {
	root := t.TempDir()
	site := play(t, locktest.TestWorld(t), root, locktest.SplitPlain)
	for i := range 4000 {
		hosttest.MakeData(t, filepath.Join(root, fmt.Sprintf("t%03d", i)))
	}
	for stream, want := range map[int][]report.State{0: {report.Split}, 1: {report.Held, report.Split}, 250: {report.Held, report.Split}} {
		m := New(Config{Roots: []string{root}, MaxDepth: -1, Timeout: hosttest.Patience, Stream: stream})
		var changes []report.Change
		_, err := m.Once(t.Context(), func(u report.Update) {
			for _, c := range u.Changes {
				if c.Report.Path == site.Dir {
					changes = append(changes, c)
				}
			}
		})
		if got := states(changes); err != nil || !slices.Equal(got, want) {
			t.Errorf("stream %d: %v, %v; want %v", stream, got, err, want)
		}
	}
}

// What is found is told before all is known.
func TestRunStreams(t *testing.T) {
	world, root := locktest.TestWorld(t), t.TempDir()
	free := play(t, world, root, locktest.FreePlain)
	busy := play(t, world, root, locktest.UnnamedPlain)
	stop := keepWriting(t, busy.Dir) // so that it takes ten looks, a second, to be sure of it
	w := startWatch(t, Config{Roots: []string{root}, Interval: soon})
	w.untilState(t, busy.Dir, report.Unnamed)
	stop()
	w.passes(t, 1)
	first := slices.IndexFunc(w.updates, func(u report.Update) bool {
		return slices.ContainsFunc(u.Changes, func(c report.Change) bool { return c.Report.Path == free.Dir })
	})
	if end := slices.IndexFunc(w.updates, func(u report.Update) bool { return u.Summary != nil }); first >= end {
		t.Errorf("the first result came in update %d, the first summary in %d", first, end)
	}
	if c := w.changes(free.Dir)[0]; !c.New || c.Report.Verdict.State != report.Free || c.Report.Checking || c.Report.Root != root {
		t.Errorf("%+v", c)
	}
	if c := w.changes(busy.Dir)[0]; !c.New || !c.Report.Checking {
		t.Errorf("at first sight %s, new %t, checking %t", c.Report.Verdict.State, c.New, c.Report.Checking)
	}
}

// keepWriting makes and removes a file in a directory, over and over.
func keepWriting(t *testing.T, dir string) (stop func()) {
	quit, ended := make(chan struct{}), make(chan struct{})
	name := filepath.Join(dir, "000001.log")
	go func() {
		defer close(ended)
		for {
			select {
			case <-quit:
				return
			default:
				os.WriteFile(name, nil, 0o644)
				os.Remove(name)
			}
		}
	}()
	stopped := false
	stop = func() {
		if !stopped {
			close(quit)
			<-ended
			stopped = true
		}
	}
	t.Cleanup(stop)
	return stop
}

// A directory that goes and is there again before that is told is not told as gone: whoever reads that would have it gone
// for good.
func TestGoneAndBack(t *testing.T) {
	began, goOn := make(chan bool), make(chan bool)
	var updates []report.Update
	d := newDelivery(func(u report.Update) {
		if updates = append(updates, u); len(updates) == 1 {
			close(began)
			<-goOn
		}
	})
	d.release()
	change := func(path string, state report.State) report.Change {
		return report.Change{Report: &report.Report{Path: path, Verdict: report.Verdict{State: state}}, New: true}
	}
	d.tellChange(change("/first", report.Free))
	<-began // what comes now is one update
	d.tellGone("/back")
	d.tellGone("/gone")
	d.tellChange(change("/back", report.Held))
	d.tellGone("/twice")
	d.tellChange(change("/twice", report.Held))
	d.tellGone("/twice")
	close(goOn)
	d.close()
	u := updates[1]
	if got := slices.Sorted(slices.Values(slices.Compact(u.Gone))); len(updates) != 2 || !slices.Equal(got, []string{"/gone", "/twice"}) {
		t.Errorf("gone: %q in %d updates", u.Gone, len(updates))
	}
	if c := u.Changes[0]; len(u.Changes) != 2 || c.Report.Path != "/back" || c.New || c.From != report.Held {
		t.Errorf("%+v", u.Changes)
	}
}
