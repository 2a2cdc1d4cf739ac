package scan

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"lockscope/lock/locktest"
	"lockscope/scan/hosttest"
)

// While nothing changes, nothing is told but that it is so.
func TestRunQuiet(t *testing.T) {
	root := t.TempDir()
	world := locktest.TestWorld(t)
	for _, scene := range enduring() {
		play(t, world, root, scene)
	}
	w := startWatch(t, Config{Roots: []string{root}, Interval: soon})
	w.passes(t, 2)
	w.untilAllStand(t)
	w.mu.Lock()
	before := len(w.updates)
	w.mu.Unlock()
	w.passes(t, quietPasses)
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, u := range w.updates[before:] {
		for _, c := range u.Changes {
			t.Errorf("%s: %s to %s, checking %t: %s", filepath.Base(c.Report.Path), c.From, c.Report.Verdict.State, c.Report.Checking, facts(&c.Report.Evidence))
		}
		if len(u.Gone)+len(u.Errors) > 0 {
			t.Errorf("gone %q, errors %v", u.Gone, u.Errors)
		}
	}
}

// quietPasses is for how many passes the tests watch that nothing happens.
const quietPasses = 10

// settledMark and endMark are paths that the traced process asks for, to leave its marks in the trace.
const settledMark, endMark = "/lockscope-test/settled", "/lockscope-test/end"

// While nothing changes, looking makes no daemon's acquire fail: after the first looks,
// a lock is asked for once more at most, when it is the directory's turn to be observed afresh.
func TestRunNoProbes(t *testing.T) {
	if os.Getenv(hosttest.Elsewhere) != "" {
		w := startWatch(t, Config{Roots: []string{os.Getenv(hosttest.Elsewhere)}, Interval: soon})
		w.untilAllStand(t)
		unix.Access(settledMark, unix.F_OK)
		w.passes(t, quietPasses)
		unix.Access(endMark, unix.F_OK)
		return
	}
	hosttest.NeedTool(t, "strace")
	hosttest.NeedRoot(t, "trace")
	root := t.TempDir()
	world := locktest.TestWorld(t)
	for _, scene := range enduring() {
		play(t, world, root, scene)
	}
	trace := filepath.Join(t.TempDir(), "trace")
	hosttest.Again(t, root, func(cmd *exec.Cmd) {
		cmd.Args = append([]string{"strace", "-f", "-y", "-e", "trace=flock,access,faccessat,faccessat2", "-o", trace, cmd.Path}, cmd.Args[1:]...)
		cmd.Path, _ = exec.LookPath("strace")
	})
	text, err := os.ReadFile(trace)
	if err != nil {
		t.Fatal(err)
	}
	first, rest, ok := strings.Cut(string(text), settledMark)
	rest, _, ended := strings.Cut(rest, endMark)
	if !ok || !ended {
		t.Fatalf("the marks are missing from the trace:\n%s", text)
	}
	probe := regexp.MustCompile(`flock\(\d+<(.*)>, LOCK_(?:SH|EX)`)
	if !probe.MatchString(first) {
		t.Error("nothing was probed at first: is this the trace?")
	}
	probes := map[string]int{}
	for _, match := range probe.FindAllStringSubmatch(rest, -1) {
		probes[match[1]]++
	}
	for path, n := range probes {
		if n > 2 { // one look may take two
			t.Errorf("%d probes of %s, in %d passes in which nothing changed", n, path, quietPasses)
		}
	}
}
