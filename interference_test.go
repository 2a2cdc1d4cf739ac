package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"lockscope/lock/locktest"
	"lockscope/scan"
	"lockscope/scan/hosttest"
	"lockscope/scan/observe"
	"lockscope/scan/report"
)

// How a daemon that acquires and releases all the time fares beside the
// command, in each way to look. It takes minutes.
func TestInterference(t *testing.T) {
	if os.Getenv("LOCKSCOPE_LONG") == "" {
		t.Skip("takes minutes: set LOCKSCOPE_LONG=1")
	}
	for _, probe := range probes {
		t.Run(probe, func(t *testing.T) {
			root := hosttest.TempDir(t)
			daemon, err := locktest.TestWorld(t).Loop(hosttest.MakeDir(t, root+"/data"))
			if err != nil {
				t.Fatal(err)
			}
			cmd := command("-o", "ndjson", "-w", "-i", "100ms", "--probe", probe, root)
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
			if probe == "never" && len(counts.Failed) > 0 {
				t.Error("looking without a probe failed an acquire")
			}
		})
	}
}

// Where nothing changes nothing is probed again, and the kernel's lock table
// is left alone.
func TestSteadyState(t *testing.T) {
	needStrace(t)
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
	cmd := exec.Command("strace", "-f", "--seccomp-bpf", "-qq", "-e", "trace=flock,fcntl,openat,write", "-o", log,
		"lockscope", "-w", "-o", "ndjson", "-i", "20ms", root)
	next := follow(t, cmd)
	for next().Type != "summary" {
	}
	trace := func() string {
		text, err := os.ReadFile(log)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	if first := trace(); !strings.Contains(first, "F_SETLEASE") && !strings.Contains(first, "flock(") {
		t.Fatalf("nothing was asked at first: is this the trace?\n%s", first)
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
	for _, asked := range []string{"flock(", "F_SETLEASE", `"/proc/locks"`} {
		if first := strings.Index(after, asked); first >= 0 {
			t.Errorf("%s %d times in %d passes:\n%.200s", asked, strings.Count(after, asked), passes(), after[first:])
		}
	}
}

// Two who look do not take each other for holders.
func TestTwoMonitors(t *testing.T) {
	root := hosttest.TempDir(t)
	for i := range 200 {
		hosttest.MakeData(t, fmt.Sprintf("%s/%03d", root, i))
	}
	other := command("-o", "ndjson", "-w", "--probe", "flock", "-i", "10ms", root)
	out, err := other.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	hosttest.Begin(t, other)
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
		m := scan.New(scan.Config{Roots: []string{root}, Probe: probe, Interval: 10 * time.Millisecond, MaxDepth: -1, Timeout: hosttest.Patience})
		ctx, cancel := context.WithTimeout(t.Context(), hosttest.Patience)
		defer cancel()
		passes, dirs := 0, 0
		m.Run(ctx, func(u report.Update) {
			for _, c := range u.Changes {
				if r := c.Report; r.Verdict.State != report.Free && !r.Checking {
					summary, _ := r.Explain()
					t.Errorf("%v: %s: %v %v: %s", probe, r.Path, r.Verdict.State, r.Verdict.Reasons.List(), summary)
				}
			}
			if u.Summary == nil {
				return
			}
			if passes, dirs = passes+1, u.Summary.Dirs; passes < 10 {
				m.Observe() // everything afresh: the probes meet
			} else {
				cancel()
			}
		})
		if passes < 10 || dirs != 200 {
			t.Errorf("%v: %d passes, %d directories", probe, passes, dirs)
		}
	}
	other.Process.Kill()
	if wrong := <-theirs; len(wrong) > 0 {
		t.Errorf("the other: %d lines such as %s", len(wrong), wrong[0])
	}
}
