package scan

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"lockscope/lock/locktest"
)

// How a daemon that acquires and releases all the time fares beside the
// command, in each way to look. It takes minutes.
func TestInterference(t *testing.T) {
	if os.Getenv("LOCKSCOPE_LONG") == "" {
		t.Skip("takes minutes: set LOCKSCOPE_LONG=1")
	}
	exe := buildCommand(t)
	for _, probe := range probes {
		t.Run(probe.String(), func(t *testing.T) {
			root := tempDir(t)
			daemon, err := locktest.TestWorld(t).Loop(makeDir(t, root+"/data"))
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
			if probe == ProbeNever && len(counts.Failed) > 0 {
				t.Error("looking without a probe failed an acquire")
			}
		})
	}
}

// Where nothing changes nothing is probed again, and the kernel's lock table
// is left alone.
func TestSteadyState(t *testing.T) {
	needTool(t, "strace")
	root := tempDir(t)
	w := locktest.TestWorld(t)
	makeStale(t, root+"/stale")
	// None of a dead daemon whose PID may be given out again meanwhile.
	for _, scene := range []locktest.Scene{
		locktest.HeldPlain, locktest.FreePlain, locktest.StaleUnrelated, locktest.UnguardedPlain, locktest.MismatchDead,
		locktest.UnnamedPlain, locktest.SplitPlain, locktest.HeldShell,
	} {
		if _, err := w.Play(filepath.Join(root, scene.Name), scene); err != nil {
			t.Fatal(err)
		}
	}
	log := filepath.Join(tempDir(t), "strace")
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
	eventually(t, "20 passes were made", func() bool { return passes() >= 20 })
	after := trace()[summary:]
	if n := strings.Count(after, "flock("); n > 0 {
		t.Errorf("%d flock calls in %d passes:\n%s", n, passes(), after[:strings.Index(after, "flock(")+200])
	}
	if n := strings.Count(after, `"/proc/locks"`); n > 0 {
		t.Errorf("/proc/locks was opened %d times in %d passes", n, passes())
	}
}
