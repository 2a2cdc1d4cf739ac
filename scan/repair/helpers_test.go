package repair

import (
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"testing"

	"golang.org/x/sys/unix"

	"lockscope/lock"
	"lockscope/scan/hosttest"
	"lockscope/scan/observe"
	"lockscope/scan/report"
)

var (
	lockName    = lock.DefaultNames.Lock
	pidfileName = lock.DefaultNames.Pidfile
	tempName    = pidfileName + ".tmp"
)

// staleReport is what a look finds at a directory, which must be stale.
func staleReport(t *testing.T, dir string) *report.Report {
	t.Helper()
	d, err := lock.OpenDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	s := observe.New(observe.Config{Timeout: hosttest.Patience}).Begin()
	now := s.Observe(d, d.LockFile(), observe.Options{WaitForTable: true})
	r := &report.Report{Root: dir, Path: dir, Evidence: now.Evidence, Observed: now.At}
	r.Verdict = report.Classify(&r.Evidence)
	if !r.Breakable() {
		t.Fatalf("%s is %s", dir, r.Verdict.State)
	}
	return r
}

// treeOf lists all that is below a directory, with everything that a break could change.
func treeOf(t *testing.T, root string) map[string]string {
	t.Helper()
	tree := map[string]string{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		var st unix.Stat_t
		if err == nil {
			err = unix.Lstat(path, &st)
		}
		if err != nil {
			return err
		}
		tree[path] = fmt.Sprintf("%v inode %d, %d bytes, written %d", d.Type(), st.Ino, st.Size, st.Mtim.Nano())
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

// wantAttempt checks what an attempt came to: the outcome, the reason of a refusal, and the files.
func wantAttempt(t *testing.T, a report.Attempt, want report.Outcome, reason string, files ...string) report.Attempt {
	t.Helper()
	if a.Outcome != want || a.Reason() != reason || !slices.Equal(a.Files, files) {
		t.Errorf("%v %q %q: %v, want %v %q %q", a.Outcome, a.Reason(), a.Files, a.Err, want, reason, files)
	}
	if good := want == report.Removed || want == report.WouldRemove; (a.Err == nil) != good || (a.Why() == "") != good {
		t.Errorf("%v, and yet %v: %q", want, a.Err, a.Why())
	}
	return a
}

func wantTree(t *testing.T, root string, want map[string]string) {
	t.Helper()
	if now := treeOf(t, root); !maps.Equal(now, want) {
		t.Errorf("there is\n%v\nwant\n%v", now, want)
	}
}
