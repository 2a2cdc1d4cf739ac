package scan

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"lockscope/lock/locktest"
	"lockscope/scan/hosttest"
	"lockscope/scan/observe"
	"lockscope/scan/report"
)

// hangTimeout is Config.Timeout in tests of file systems that give no answer.
const hangTimeout = 300 * time.Millisecond

// hungTree is a tree with a mount below it that can hang, and a second root beside.
type hungTree struct {
	fuse        *hosttest.FUSE
	root, other string
	hung        []string // data directories below the mount
	well        []string // data directories elsewhere
}

func makeHungTree(t *testing.T, below int) *hungTree {
	t.Helper()
	h := &hungTree{fuse: hosttest.MountFUSE(t), other: hosttest.TempDir(t)}
	h.root = filepath.Dir(h.fuse.Dir)
	for i := range below {
		h.hung = append(h.hung, hosttest.MakeData(t, fmt.Sprintf("%s/tenant-%03d", h.fuse.Dir, i)))
	}
	for i := range 5 {
		h.well = append(h.well, hosttest.MakeData(t, fmt.Sprintf("%s/here/tenant-%03d", h.root, i)),
			hosttest.MakeStale(t, fmt.Sprintf("%s/there/tenant-%03d", h.other, i)))
	}
	return h
}

func (h *hungTree) config() Config {
	return Config{
		Roots: []string{h.root, h.other}, Timeout: hangTimeout, Jobs: 4, MaxDepth: -1,
		Exclude: []string{"source"}, Interval: 20 * time.Millisecond,
		Probe: observe.ProbeFlock, // how long the kernel's lock table takes is up to the host
	}
}

// checkWell checks that what is not on the hung mount is known.
func (h *hungTree) checkWell(t *testing.T, f *found) {
	t.Helper()
	for _, dir := range h.well {
		want := report.Free
		if strings.HasPrefix(dir, h.other) {
			want = report.Stale
		}
		if got := f.at(t, dir); got.Verdict.State != want {
			t.Errorf("%s: %v %v, want %v", dir, got.Verdict.State, got.Verdict.Reasons.List(), want)
		}
	}
}

func (h *hungTree) all(f *found, state report.State, reasons report.Reasons) bool {
	return !slices.ContainsFunc(h.hung, func(dir string) bool {
		r := f.reports[dir]
		return r == nil || r.Verdict != report.Verdict{State: state, Reasons: reasons}
	})
}

// A mount that hangs costs its own directories an answer, and nothing else.
func TestHungMount(t *testing.T) {
	h := makeHungTree(t, 200)
	w := startWatch(t, h.config())
	w.until(t, "everything", func(f *found) bool { return h.all(f, report.Free, 0) && f.reports[h.well[0]] != nil })

	before := runtime.NumGoroutine()
	h.fuse.Hang()
	w.Observe()
	timeout := report.Reasons(0).With(report.Timeout)
	w.until(t, "no answer", func(f *found) bool { return h.all(f, report.Unknown, timeout) })
	w.see(func(f *found) {
		h.checkWell(t, f)
		r := f.at(t, h.hung[0])
		if summary, _ := r.Explain(); !errors.Is(r.Evidence.Err, report.ErrNoAnswer) || !strings.Contains(summary, "no answer in 300ms") {
			t.Errorf("%v: %q", r.Evidence.Err, summary)
		}
	})
	// What goes on elsewhere is seen as ever.
	for range 5 {
		dir := hosttest.MakeStale(t, fmt.Sprintf("%s/here/tenant-000", h.root))
		w.until(t, "stale", func(f *found) bool { return f.reports[dir].Verdict.State == report.Stale })
		if err := os.Remove(dir + "/.handoff.pidfile"); err != nil {
			t.Fatal(err)
		}
		w.until(t, "free", func(f *found) bool { return f.reports[dir].Verdict.State == report.Free })
	}
	if now := runtime.NumGoroutine(); now > before+4*h.config().Jobs {
		t.Errorf("%d goroutines, were %d", now, before)
	}

	h.fuse.Answer()
	w.until(t, "an answer again", func(f *found) bool { return h.all(f, report.Free, 0) })

	h.fuse.Hang()
	w.Observe()
	w.until(t, "no answer", func(f *found) bool { return h.all(f, report.Unknown, timeout) })
	w.cancel()
	select {
	case <-w.done:
		if !errors.Is(w.err, context.Canceled) {
			t.Error(w.err)
		}
	case <-time.After(hosttest.Patience):
		t.Fatal("the end waits for the hung mount")
	}
}

// A scan does not wait for a mount that hangs before it begins.
func TestOnceBesideHungMount(t *testing.T) {
	h := makeHungTree(t, 1)
	held, err := locktest.TestWorld(t).Make(h.other+"/held", locktest.Held)
	if err != nil {
		t.Fatal(err)
	}
	h.fuse.Hang()
	f := once(t, h.config())
	h.checkWell(t, f)
	checkSite(t, f, held)
	if len(f.errors) != 1 || f.errors[0].Path != h.fuse.Dir || f.errors[0].Root || !errors.Is(f.errors[0].Err, report.ErrNoAnswer) {
		t.Errorf("errors %v, want one at %s", f.errors, h.fuse.Dir)
	}
}

func TestHungRoot(t *testing.T) {
	h := makeHungTree(t, 1)
	h.fuse.Hang()
	for name, root := range map[string]string{"itself": h.fuse.Dir, "below": h.hung[0]} {
		t.Run(name, func(t *testing.T) { h.checkRoot(t, root) })
	}
}

// checkRoot scans a root on the hung mount beside others.
func (h *hungTree) checkRoot(t *testing.T, root string) {
	t.Helper()
	cfg := h.config()
	cfg.Roots = []string{root, filepath.Join(h.root, "here"), h.other}
	f := once(t, cfg)
	h.checkWell(t, f)
	if len(f.errors) != 1 || f.errors[0].Path != root || !f.errors[0].Root || !errors.Is(f.errors[0].Err, report.ErrNoAnswer) {
		t.Errorf("errors %v, want one of the root %s", f.errors, root)
	}
}

// The layers of an overlay may be on a mount that hangs.
func TestHungOverlayLayer(t *testing.T) {
	m := hosttest.MountFUSE(t)
	hosttest.MakeDir(t, m.Dir+"/lower")
	hosttest.Mount(t, "-t", "overlay", "-o", "lowerdir="+m.Dir+"/lower:"+hosttest.TempDir(t), "overlay")
	dir := hosttest.MakeData(t, hosttest.TempDir(t))
	m.Hang()
	done := make(chan *found, 1)
	go func() {
		f := &found{reports: map[string]*report.Report{}}
		New(Config{Roots: []string{dir}, Timeout: hangTimeout, MaxDepth: -1}).Once(t.Context(), f.take)
		done <- f
	}()
	select {
	case f := <-done:
		expect(t, f, dir, report.Free)
	case <-time.After(hosttest.Patience):
		t.Error("the scan hangs")
		m.Answer()
		<-done
	}
}

// The process ends though threads of it are stuck, and takes nothing along.
func TestExitBesideHungMount(t *testing.T) {
	h := makeHungTree(t, 1)
	exe := buildCommand(t)
	h.fuse.Hang()
	lines, status := lockscope(t, exec.Command(exe, "-o", "ndjson", "--probe", "flock", "--timeout", "300ms", h.fuse.Dir, h.other))
	if status != 3 {
		t.Errorf("exit status %d, want 3", status)
	}
	if l := lines[h.fuse.Dir]; l.Type != "error" || !strings.Contains(l.Error, "no answer in 300ms") {
		t.Errorf("%+v", l)
	}
	for _, dir := range h.well {
		if strings.HasPrefix(dir, h.other) && lines[dir].State != "stale" {
			t.Errorf("%s: %+v", dir, lines[dir])
		}
	}
}
