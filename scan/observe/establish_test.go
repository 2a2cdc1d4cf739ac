package observe

import (
	"fmt"
	"strings"
	"testing"

	"lockscope/lock/locktest"
	"lockscope/scan/hosttest"
	"lockscope/scan/report"
)

// Somebody who cannot be seen has the lock file open: nothing is broken then.
func TestOpenUnseen(t *testing.T) {
	hosttest.NeedRoot(t, "take leases on what others made")
	dir := t.TempDir()
	hosttest.Play(t, locktest.TestWorld(t), dir, locktest.OpenUnseen)
	r := lookAt(t, ProbeAuto, dir)
	hosttest.WantVerdict(t, r, report.Unknown, report.OpenElsewhere)
	if r.Breakable() {
		t.Error("a break is offered")
	}
}

// Who reads the lock file is named, and nothing else follows from it.
func TestOpenSeen(t *testing.T) {
	root := t.TempDir()
	site := hosttest.Play(t, locktest.TestWorld(t), root, locktest.StaleRead)
	r := lookAt(t, ProbeAuto, root)
	hosttest.WantVerdict(t, r, report.Stale, report.PIDGone, report.OpenElsewhere)
	reader := site.Procs[len(site.Procs)-1]
	if summary, _ := r.Explain(); !strings.Contains(summary, fmt.Sprint("backup ", reader.PID)) || !r.Breakable() {
		t.Errorf("%q, breakable %t", summary, r.Breakable())
	}
}

// Locks of other kinds are named with their holders, and refuse a break.
func TestOtherLocks(t *testing.T) {
	for _, scene := range []locktest.Scene{locktest.UnknownPosix, locktest.UnknownOFD} {
		for _, probe := range probes {
			t.Run(scene.Name+"/"+probe.String(), func(t *testing.T) {
				dir := t.TempDir()
				site := hosttest.Play(t, locktest.TestWorld(t), dir, scene)
				r := lookAt(t, probe, dir)
				hosttest.WantVerdict(t, r, report.Unknown, report.PosixLock)
				holder := fmt.Sprint("kvd ", site.Procs[len(site.Procs)-1].PID)
				if summary, _ := r.Explain(); !strings.Contains(summary, holder) {
					t.Errorf("%q does not name %s", summary, holder)
				}
			})
		}
	}
}
