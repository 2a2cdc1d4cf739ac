package locktest

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"

	"golang.org/x/sys/unix"
)

// World owns the processes it started. Its methods may be called concurrently.
type World struct {
	Root string

	mu      sync.Mutex
	procs   []*Proc
	closed  bool
	janitor *Proc // removes Root in the end; nil if Root is somebody else's
}

// New returns a World without processes yet. If there is no directory at root
// it is made, and removed by Close, or by the last process when the maker dies
// before that; an existing directory is left where it is.
func New(root string) (*World, error) {
	if !hooked {
		return nil, errors.New("locktest: Main was not called at the start of the program, which a process would run again")
	}
	w := &World{Root: root}
	err := os.Mkdir(root, 0o755)
	if errors.Is(err, fs.ErrExist) {
		return w, nil
	} else if err != nil {
		return nil, err
	}
	if w.janitor, err = w.start(roleJanitor, "/", "locktest-janitor", root); err != nil {
		os.Remove(root)
		return nil, err
	}
	return w, nil
}

// TB is what TestWorld needs of a *testing.T: package testing itself would
// be linked into every program that has a demo.
type TB interface {
	Helper()
	Fatalf(format string, args ...any)
	Cleanup(func())
	TempDir() string
}

// TestWorld returns a World in a temporary directory, closed when the test ends.
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

// Close ends every process, and returns when the kernel has let go of all they
// held and nothing of them is left, not even a zombie. Only the first call does anything.
func (w *World) Close() error {
	w.mu.Lock()
	procs, janitor, closed := w.procs, w.janitor, w.closed
	w.closed = true
	w.mu.Unlock()
	if closed {
		return nil
	}
	for _, p := range procs {
		if p != janitor {
			p.signal(unix.SIGKILL)
		}
	}
	for _, p := range procs {
		if p != janitor {
			p.reap()
			p.close()
		}
	}
	if janitor == nil {
		return nil
	}
	janitor.close() // the end of its pipe: now it removes Root
	janitor.reap()
	if _, err := os.Lstat(w.Root); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("locktest: %s was not removed", w.Root)
	}
	return nil
}
