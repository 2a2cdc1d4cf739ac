package scan

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"lockscope/lock/locktest"
	"lockscope/scan/hosttest"
	"lockscope/scan/observe"
	"lockscope/scan/report"
)

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

// How a daemon that acquires and releases all the time fares beside the
// command, in each way to look. It takes minutes.
func TestInterference(t *testing.T) {
	if os.Getenv("LOCKSCOPE_LONG") == "" {
		t.Skip("takes minutes: set LOCKSCOPE_LONG=1")
	}
	exe := buildCommand(t)
	for _, probe := range probes {
		t.Run(probe.String(), func(t *testing.T) {
			root := hosttest.TempDir(t)
			daemon, err := locktest.TestWorld(t).Loop(hosttest.MakeDir(t, root+"/data"))
			if err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command(exe, "-o", "ndjson", "-w", "-i", "100ms", "--probe", probe.String(), root)
			cmd.Stderr = os.Stderr
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Minute)
			cmd.Process.Kill()
			cmd.Wait()
			counts, err := daemon.Stop()
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%v: acquired, and failed: %v", probe, counts)
			if probe == observe.ProbeNever && len(counts.Failed) > 0 {
				t.Error("looking without a probe failed an acquire")
			}
		})
	}
}

// Two who look do not take each other for holders.
func TestTwoMonitors(t *testing.T) {
	root := hosttest.TempDir(t)
	for i := range 200 {
		hosttest.MakeData(t, fmt.Sprintf("%s/%03d", root, i))
	}
	exe := buildCommand(t)
	other := exec.Command(exe, "-o", "ndjson", "-w", "--probe", "flock", "-i", "10ms", root)
	other.Stderr = os.Stderr
	out, err := other.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	theirs := make(chan []string, 1)
	go func() {
		var wrong []string
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if l := lines.Text(); strings.Contains(l, `"dir"`) && !strings.Contains(l, `"state":"free"`) || strings.Contains(l, `"change"`) {
				wrong = append(wrong, l)
			}
		}
		theirs <- wrong
	}()
	for _, probe := range []observe.Probe{observe.ProbeAuto, observe.ProbeFlock} {
		m := startWatch(t, Config{Roots: []string{root}, Probe: probe, Interval: 10 * time.Millisecond})
		passes := 0
		m.until(t, "ten passes", func(f *found) bool {
			for _, r := range f.reports {
				if r.Verdict.State != report.Free && !r.Checking {
					summary, _ := r.Explain()
					t.Errorf("%v: %s: %v %v: %s", probe, r.Path, r.Verdict.State, r.Verdict.Reasons.List(), summary)
				}
			}
			if f.passes > passes {
				passes = f.passes
				m.Observe() // everything afresh: the probes meet
			}
			return passes >= 10 && len(f.reports) == 200
		})
		m.cancel()
		<-m.done
	}
	other.Process.Kill()
	if wrong := <-theirs; len(wrong) > 0 {
		t.Errorf("the other: %d lines such as %s", len(wrong), wrong[0])
	}
	other.Wait()
}

// Where nothing changes nothing is probed again, and the kernel's lock table
// is left alone.
func TestSteadyState(t *testing.T) {
	hosttest.NeedTool(t, "strace")
	root := hosttest.TempDir(t)
	w := locktest.TestWorld(t)
	hosttest.MakeStale(t, root+"/stale")
	// None of a dead daemon whose PID may be given out again meanwhile.
	for _, scene := range []locktest.Scene{
		locktest.HeldPlain, locktest.FreePlain, locktest.StaleUnrelated, locktest.UnguardedPlain, locktest.MismatchDead,
		locktest.UnnamedPlain, locktest.SplitPlain, locktest.HeldShell,
	} {
		hosttest.Play(t, w, filepath.Join(root, scene.Name), scene)
	}
	log := filepath.Join(hosttest.TempDir(t), "strace")
	cmd := exec.Command("strace", "-f", "--seccomp-bpf", "-qq", "-e", "trace=flock,openat,write", "-o", log,
		buildCommand(t), "-w", "-o", "ndjson", "-i", "20ms", root)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Wait()
	defer cmd.Process.Kill()
	lines := bufio.NewScanner(out)
	for lines.Scan() && !strings.Contains(lines.Text(), `"type":"summary"`) {
	}
	trace := func() string {
		text, err := os.ReadFile(log)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	if !strings.Contains(trace(), "flock(") || !strings.Contains(trace(), `"/proc/locks"`) {
		t.Skip("strace shows nothing here") // it may not be allowed to trace
	}
	summary := strings.LastIndex(trace(), `\"summary\"`)
	if summary < 0 {
		summary = len(trace())
	}
	root = regexp.QuoteMeta(root)
	opens := regexp.MustCompile(`openat\(AT_FDCWD, "` + root + `"`)
	passes := func() int { return len(opens.FindAllString(trace()[summary:], -1)) }
	hosttest.Eventually(t, "20 passes were made", func() bool { return passes() >= 20 })
	after := trace()[summary:]
	if n := strings.Count(after, "flock("); n > 0 {
		t.Errorf("%d flock calls in %d passes:\n%s", n, passes(), after[:strings.Index(after, "flock(")+200])
	}
	if n := strings.Count(after, `"/proc/locks"`); n > 0 {
		t.Errorf("/proc/locks was opened %d times in %d passes", n, passes())
	}
}
