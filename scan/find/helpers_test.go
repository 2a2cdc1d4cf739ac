package find

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"lockscope/lock"
	"lockscope/scan/hosttest"
	"lockscope/scan/pool"
	"lockscope/scan/report"
)

// found is what a walk found. It is the walk's visitor, and looks at nothing.
type found struct {
	mu     sync.Mutex
	paths  []string
	roots  map[string]string // by path, that of the root
	errors []report.PathError
	count  int // of data directories, as the walk has it
}

func (f *found) Look(*Root, string, lock.Dir, lock.LockFile) (seen struct{}) { return seen }

func (f *found) Found(root *Root, path string, _ struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.paths = append(f.paths, path)
	f.roots[path] = root.Path
}

func (f *found) Lost(root *Root, path string, isData bool) {}

func (f *found) Discard(struct{}) {}

func (f *found) Passing(*Root, string, lock.Dir) {}

func (f *found) Failed(err report.PathError) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.errors = append(f.errors, err)
}

// walk walks these roots to any depth, with patience.
func walk(t *testing.T, cfg Config, roots ...string) *found {
	t.Helper()
	return walkTo(t, -1, cfg, roots...)
}

func walkTo(t *testing.T, depth int, cfg Config, roots ...string) *found {
	t.Helper()
	cfg.MaxDepth, cfg.Timeout, cfg.Names = depth, hosttest.Patience, cfg.Names.OrDefault()
	jobs := pool.New(pool.Config{Workers: 8, Limit: cfg.Timeout, GroupOf: func(string) string { return "" }})
	defer jobs.Close()
	open, err := OpenRoots(t.Context(), &cfg, jobs, roots)
	if err != nil {
		t.Fatal(err)
	}
	defer open.Close()
	f := &found{roots: map[string]string{}}
	for _, path := range roots {
		if err := open.Lost(path); err != nil {
			f.Failed(report.PathError{Path: path, Root: true, Err: err})
		}
	}
	w := Start(&cfg, jobs, open, nil, f)
	if err := jobs.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, f.count = w.Progress()
	return f
}

// wantPaths checks that these are the directories found, each of them once, below root.
func (f *found) wantPaths(t *testing.T, root string, want ...string) {
	t.Helper()
	var got []string
	for _, path := range f.paths {
		got = append(got, strings.TrimPrefix(strings.TrimPrefix(path, root), "/"))
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("found %q, want %q", got, want)
	}
	if f.count != len(want) {
		t.Errorf("%d directories were counted, want %d", f.count, len(want))
	}
}

func (f *found) wantNoErrors(t *testing.T) {
	t.Helper()
	if len(f.errors) > 0 {
		t.Errorf("errors %v", f.errors)
	}
}
