package scan

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lockscope/lock/locktest"
	"lockscope/scan/hosttest"
	"lockscope/scan/report"
)

func TestMain(m *testing.M) {
	locktest.Main()
	os.Exit(m.Run())
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

// expect checks state and reasons of one directory.
func expect(t *testing.T, f *found, dir string, state report.State, reasons ...report.Reason) *report.Report {
	t.Helper()
	r := f.at(t, dir)
	hosttest.WantVerdict(t, r, state, reasons...)
	return r
}

// survey is once, with patience.
func survey(t *testing.T, cfg Config) *found {
	t.Helper()
	cfg.Timeout = hosttest.Patience
	return once(t, cfg)
}

// wantPaths checks that these are the directories found, below root.
func (f *found) wantPaths(t *testing.T, root string, want ...string) {
	t.Helper()
	var got []string
	for path := range f.reports {
		got = append(got, strings.TrimPrefix(strings.TrimPrefix(path, root), "/"))
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("found %q, want %q", got, want)
	}
	if f.summary.Dirs != len(want) {
		t.Errorf("%d directories in the summary, want %d", f.summary.Dirs, len(want))
	}
}

func (f *found) wantNoErrors(t *testing.T) {
	t.Helper()
	if len(f.errors) > 0 || f.summary.Errors != 0 {
		t.Errorf("errors %v, %d in the summary", f.errors, f.summary.Errors)
	}
}
