package observe

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"lockscope/lock"
	"lockscope/lock/locktest"
	"lockscope/scan/hosttest"
	"lockscope/scan/report"
)

// A lease that was refused is asked for once more: whoever had the file open may only have looked too.
func TestLeaseAgain(t *testing.T) {
	hosttest.NeedRoot(t, "take leases on what others made")
	dir := hosttest.MakeData(t, t.TempDir())
	path := filepath.Join(dir, lock.DefaultNames.Lock)
	d, err := lock.OpenDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	o := New(Config{Timeout: hosttest.Patience})
	hosttest.Eventually(t, "a lease after one was refused", func() bool {
		other, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		closes, err := unix.InotifyInit1(unix.IN_CLOEXEC)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := unix.InotifyAddWatch(closes, path, unix.IN_CLOSE_NOWRITE); err != nil {
			t.Fatal(err)
		}
		done := make(chan struct{})
		go func() {
			defer close(done)
			unix.Read(closes, make([]byte, 4096)) // until the look has been refused
			other.Close()
			unix.Close(closes)
		}()
		now := o.Begin().Observe(d, d.LockFile(), Options{WaitForTable: true})
		<-done
		return now.Evidence.Source == report.SourceLease
	})
}

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
