package scan

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"lockscope/lock"
	"lockscope/lock/locktest"
	"lockscope/scan/hosttest"
	"lockscope/scan/observe"
	"lockscope/scan/report"
)

// A hand-off is a release, then an acquire by another process. However the
// looks fall into it, it is never something that needs attention.
func TestRunHandOff(t *testing.T) {
	for place, root := range hosttest.Places(t) {
		t.Run(place, func(t *testing.T) {
			world := locktest.TestWorld(t)
			site := play(t, world, root, locktest.HeldPlain)
			w := startWatch(t, Config{Roots: []string{root}, Interval: soon})
			w.untilState(t, site.Dir, report.Held)
			incumbent := site.Procs[0]
			for range 30 {
				successor, err := world.Daemon(site.Dir)
				if err != nil {
					t.Fatal(err)
				}
				if err := incumbent.Release(); err != nil {
					t.Fatal(err)
				}
				acquire(t, successor)
				w.until(t, "successor", func(f *found) bool {
					r := f.reports[site.Dir]
					return r.Verdict.State == report.Held && !r.Checking && r.Evidence.Pidfile.PID == successor.PID
				})
				incumbent.Kill()
				incumbent = successor
			}
			w.wantNeverAttention(t, site.Dir)
		})
	}
}

// A daemon that acquires and releases all the time is never something that
// needs attention, and keeps nobody from seeing what becomes of the others.
func TestRunLoop(t *testing.T) {
	for place, root := range hosttest.Places(t) {
		t.Run(place, func(t *testing.T) {
			world := locktest.TestWorld(t)
			dir := filepath.Join(root, "loop")
			loop, err := world.Loop(dir)
			if err != nil {
				t.Fatal(err)
			}
			w := startWatch(t, Config{Roots: []string{root}, Interval: soon})
			w.passes(t, 1)
			other := play(t, world, filepath.Join(root, "other"), locktest.HeldPlain)
			w.Walk()
			w.untilState(t, other.Dir, report.Held)
			other.Holders[0].Kill()
			w.untilState(t, other.Dir, report.Stale)
			w.wantNeverAttention(t, dir)
			counts, err := loop.Stop()
			if err != nil || counts.Acquired == 0 {
				t.Fatalf("%v, %v", counts, err)
			}
			t.Logf("%v acquires, %d changes told", counts, len(w.changes(dir)))
			w.untilState(t, dir, report.Free)
		})
	}
}

// enduring are the scenes of which nothing changes while nobody does anything.
func enduring() []locktest.Scene {
	return slices.DeleteFunc(slices.Clone(locktest.Scenes), func(s locktest.Scene) bool { return s.Name == locktest.HeldAcquiring.Name })
}

// quietPasses is for how many passes the tests watch that nothing happens.
const quietPasses = 10

// While nothing changes, nothing is told but that it is so.
func TestRunQuiet(t *testing.T) {
	root := t.TempDir()
	world := locktest.TestWorld(t)
	for _, scene := range enduring() {
		play(t, world, root, scene)
	}
	w := startWatch(t, Config{Roots: []string{root}, Interval: soon})
	w.passes(t, 2)
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

// settledMark and endMark are paths that the traced process asks for, to leave its marks in the trace.
const settledMark, endMark = "/lockscope-test/settled", "/lockscope-test/end"

// While nothing changes, looking makes no daemon's acquire fail: after the first looks,
// a lock is asked for once more at most, when it is the directory's turn to be observed afresh.
func TestRunNoProbes(t *testing.T) {
	if os.Getenv(hosttest.Elsewhere) != "" {
		w := startWatch(t, Config{Roots: []string{os.Getenv(hosttest.Elsewhere)}, Interval: soon})
		w.passes(t, 2)
		unix.Access(settledMark, unix.F_OK)
		w.passes(t, quietPasses)
		unix.Access(endMark, unix.F_OK)
		return
	}
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip(err)
	}
	hosttest.NeedRoot(t, "trace")
	root := t.TempDir()
	world := locktest.TestWorld(t)
	for _, scene := range enduring() {
		play(t, world, root, scene)
	}
	trace := filepath.Join(t.TempDir(), "trace")
	hosttest.Again(t, root, func(cmd *exec.Cmd) {
		cmd.Args = append([]string{strace, "-f", "-y", "-e", "trace=flock,access,faccessat,faccessat2", "-o", trace, cmd.Path}, cmd.Args[1:]...)
		cmd.Path = strace
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

// A daemon that lets go of its lock without a release changes nothing in the directory.
func TestRunLockLost(t *testing.T) {
	root := hosttest.Tree(t, "kv")
	dir := filepath.Join(root, "kv")
	cmd := exec.Command("sh", "-c", `exec 9>>"$0/.handoff.lock" && flock -n 9 && echo $$ >"$0/.handoff.pidfile" && cd "$0" && echo held && read line && flock -u 9 && echo free && read line`, dir)
	hosttest.NeedTool(t, "flock")
	said, say := hosttest.Talk(t, cmd)
	if said != "held" {
		t.Fatalf("heard %q", said)
	}
	w := startWatch(t, Config{Roots: []string{root}, Interval: soon})
	w.untilState(t, dir, report.Held)
	if said := say("unlock"); said != "free" {
		t.Fatalf("heard %q", said)
	}
	if r := w.untilState(t, dir, report.Unguarded); r.Evidence.Lock.State != lock.LockFree {
		t.Errorf("lock %v", r.Evidence.Lock.State)
	}
}

// Looking without a probe fails nobody's acquire, however often it is done.
func TestNeverDisturbs(t *testing.T) {
	root := hosttest.TempDir(t)
	w := locktest.TestWorld(t)
	daemon, err := w.Loop(hosttest.MakeDir(t, root+"/data"))
	if err != nil {
		t.Fatal(err)
	}
	m := startWatch(t, Config{Roots: []string{root}, Probe: observe.ProbeNever, Interval: 20 * time.Millisecond})
	passes := 0
	deadline := time.Now().Add(3 * time.Second)
	m.until(t, "some passes", func(f *found) bool {
		if passes < f.passes && time.Now().Before(deadline) {
			m.Observe()
		}
		passes = f.passes
		return passes >= 5 && time.Now().After(deadline)
	})
	counts, err := daemon.Stop()
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%v acquired beside %d passes", counts, passes)
	if counts.Acquired == 0 || len(counts.Failed) > 0 {
		t.Errorf("acquired and failed: %v", counts)
	}
}
