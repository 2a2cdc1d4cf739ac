package locktest

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"sync"

	"golang.org/x/sys/unix"
)

// World owns the processes that it started. Its methods may be called concurrently.
type World struct {
	Root string

	mu      sync.Mutex
	procs   map[*Proc]bool // those that were not reaped
	closed  bool
	janitor *Proc // the process that removes Root in the end; nil if Root is the caller's
}

// New returns a World that has no processes yet. root is an existing directory. If it is "", New makes a
// temporary one. Close removes that, or a process of the World does if the maker dies before.
func New(root string) (*World, error) {
	if !hooked {
		return nil, errors.New("locktest: this program does not begin with Main, and would run anew as each process")
	}
	w := &World{Root: root, procs: map[*Proc]bool{}}
	if root != "" {
		return w, nil
	}
	var err error
	if w.Root, err = os.MkdirTemp("", "lockscope-"); err != nil {
		return nil, err
	}
	if w.janitor, err = w.start("locktest-janitor"); err == nil {
		_, err = w.janitor.ask("sweep", w.Root)
	}
	if err != nil {
		w.Close()
		return nil, errors.Join(err, os.RemoveAll(w.Root))
	}
	return w, nil
}

// TB is the part of *testing.T that TestWorld needs. With package testing itself, the demo would link
// that into lockscope.
type TB interface {
	Helper()
	Fatalf(format string, args ...any)
	Cleanup(func())
	TempDir() string
}

// TestWorld returns a World in a temporary directory. It is closed when the test ends.
func TestWorld(t TB) *World {
	t.Helper()
	w, err := New(t.TempDir())
	if err != nil {
		t.Fatalf("%v", err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Fatalf("%v", err)
		}
	})
	return w
}

// Daemon starts a daemon of a directory, which does nothing until it is told to.
func (w *World) Daemon(dir string) (*Proc, error) { return w.start("kvd", "--data", dir) }

// Contained starts one as the first process of a PID namespace, which only root can do.
func (w *World) Contained(dir string) (*Proc, error) {
	p, _, err := w.exec(program{
		exe: self, cwd: "/", role: roleDaemon, args: []string{"kvd", "--data", dir}, flags: unix.CLONE_NEWPID,
	})
	return p, err
}

// resume continues every process that was stopped.
func (w *World) resume() {
	w.mu.Lock()
	procs := slices.Collect(maps.Keys(w.procs))
	w.mu.Unlock()
	for _, p := range procs {
		p.Resume()
	}
}

// Close kills all processes and reaps them. On return the kernel has closed all their descriptors. Only
// the first call does anything.
func (w *World) Close() error {
	w.mu.Lock()
	procs, closed := slices.Collect(maps.Keys(w.procs)), w.closed
	w.closed = true
	w.mu.Unlock()
	if closed {
		return nil
	}
	procs = slices.DeleteFunc(procs, func(p *Proc) bool { return p == w.janitor })
	for _, p := range procs {
		p.signal(unix.SIGKILL)
	}
	for _, p := range procs {
		p.reap()
	}
	if w.janitor == nil {
		return nil
	}
	w.janitor.pipes.in.Close() // on which it removes Root and exits
	w.janitor.reap()
	if _, err := os.Lstat(w.Root); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("locktest: %s was not removed", w.Root)
	}
	return nil
}
