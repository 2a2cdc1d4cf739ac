package observe

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"lockscope/lock/locktest"
	"lockscope/scan/hosttest"
	"lockscope/scan/report"
)

// A shell locks a descriptor of its own by flock(1), and works on: it inherited nothing.
func TestShellIsNoHeir(t *testing.T) {
	hosttest.NeedTool(t, "flock")
	dir := hosttest.MakeDir(t, hosttest.TempDir(t)+"/data")
	cmd := exec.Command("sh", "-c", `exec 9>>"$0/.handoff.lock" && flock -n 9 && cd / && echo ok && read line`, dir)
	cmd.Stderr = os.Stderr
	hosttest.Talk(t, cmd)
	r := lookAt(t, ProbeAuto, dir)
	summary, next := r.Explain()
	t.Log(summary, "=>", next)
	if r.Verdict.State != report.Unnamed || r.Command() != fmt.Sprint("ps -o pid,ppid,lstart,args -p ", cmd.Process.Pid) || strings.Contains(summary, "inherited") {
		t.Errorf("%v: %q => %q", r.Verdict.State, summary, r.Command())
	}
}

// The daemon went on in the background after it had locked: nobody is told to end it.
func TestForkedAfterLock(t *testing.T) {
	dir := t.TempDir()
	site := hosttest.Play(t, locktest.TestWorld(t), dir, locktest.OrphanedDaemon)
	r := lookAt(t, ProbeAuto, dir)
	hosttest.WantVerdict(t, r, report.Orphaned, report.PIDGone, report.InheritedFD)
	if command, want := r.Command(), fmt.Sprint("ps -o pid,ppid,lstart,args -p ", site.Holders[0].PID); command != want {
		t.Errorf("%q, want %q", command, want)
	}
}
