package scan

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"lockscope/lock/locktest"
	"lockscope/scan/report"
)

func TestMain(m *testing.M) {
	locktest.Main()
	os.Exit(m.Run())
}

// places returns a directory on the file system of the temporary directory,
// and one on tmpfs where there is one.
func places(t *testing.T) map[string]string {
	t.Helper()
	dirs := map[string]string{"tmp": t.TempDir()}
	const shm = "/dev/shm"
	var st unix.Statfs_t
	if unix.Statfs(shm, &st) == nil && st.Type == unix.TMPFS_MAGIC && unix.Access(shm, unix.W_OK) == nil {
		dir, err := os.MkdirTemp(shm, "lockscope-test-")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { os.RemoveAll(dir) })
		dirs["tmpfs"] = dir
	}
	return dirs
}

// found is everything that a scan told its sink, put together.
type found struct {
	reports map[string]*report.Report
	errors  []report.PathError
	summary report.Summary
	passes  int
}

func (f *found) take(u report.Update) {
	for _, c := range u.Changes {
		f.reports[c.Report.Path] = c.Report
	}
	for _, path := range u.Gone {
		delete(f.reports, path)
	}
	f.errors = append(f.errors, u.Errors...)
	if u.Summary != nil {
		f.summary = *u.Summary
		f.passes++
	}
}

// once scans a single time.
func once(t *testing.T, cfg Config) *found {
	t.Helper()
	if cfg.MaxDepth == 0 {
		cfg.MaxDepth = -1
	}
	f := &found{reports: map[string]*report.Report{}}
	summary, err := New(cfg).Once(context.Background(), f.take)
	if err != nil {
		t.Fatal(err)
	}
	f.summary = summary
	return f
}

// at returns the report on one directory, which must be there.
func (f *found) at(t *testing.T, path ...string) *report.Report {
	t.Helper()
	r := f.reports[filepath.Join(path...)]
	if r == nil {
		t.Fatalf("nothing was reported on %s", filepath.Join(path...))
	}
	return r
}
func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
