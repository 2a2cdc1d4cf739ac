package locktest

import (
	"bufio"
	"errors"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func TestCloseLeavesNothing(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	w, err := Demo("")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Loop(filepath.Join(w.Root, "loop")); err != nil {
		t.Fatal(err)
	}
	if err := pauseOne(w.World); err != nil {
		t.Fatal(err)
	}
	procs := slices.Collect(maps.Keys(w.procs))
	if len(procs) < len(demoSites) {
		t.Errorf("only %d processes", len(procs))
	}
	for range 2 {
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	for _, p := range procs {
		if err := unix.Kill(p.PID, 0); err != unix.ESRCH {
			t.Errorf("%s after Close: %v", p, err)
		}
	}
	if exists(w.Root) {
		t.Errorf("%s is left after Close", w.Root)
	}
	if _, err := w.Make(w.Root, Held); !errors.Is(err, os.ErrClosed) {
		t.Errorf("Make after Close: %v", err)
	}
}

func TestCloseLeavesAnExistingRoot(t *testing.T) {
	root := t.TempDir()
	w, err := New(root)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if !exists(root) {
		t.Error("Close removed a root that is not its own")
	}
}

func TestNothingOutlivesAKilledMaker(t *testing.T) {
	// This process inherits the orphans and waits for them, in case the machine's init does not do
	// that.
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		t.Fatal(err)
	}
	defer unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)
	maker := exec.Command(self)
	maker.Env = append(os.Environ(), makerVar+"=1", "TMPDIR="+t.TempDir())
	if _, err := maker.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := maker.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := maker.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	maker.Process.Kill()
	maker.Wait()
	if err != nil {
		t.Fatal(err)
	}
	root := strings.TrimSuffix(line, "\n")
	if !filepath.IsAbs(root) {
		t.Fatalf("maker said %q", line)
	}
	eventually(t, "all processes have ended", func() bool {
		_, err := unix.Wait4(-1, nil, unix.WNOHANG, nil)
		return err == unix.ECHILD
	})
	eventually(t, root+" is gone", func() bool { return !exists(root) })
}
