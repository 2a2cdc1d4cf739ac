package locktest

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

const makerVar = "LOCKTEST_TEST_MAKER"

func TestMain(m *testing.M) {
	Main()
	if root := os.Getenv(makerVar); root != "" {
		makeAndWait(root)
	}
	os.Exit(m.Run())
}

// makeAndWait is a maker for a test to kill. It prints the PIDs of what it started.
func makeAndWait(root string) {
	w, err := Demo(root)
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	if err := w.procs[len(w.procs)-1].Pause(); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	var pids []string
	for _, p := range w.procs {
		pids = append(pids, strconv.Itoa(p.PID))
	}
	fmt.Println(strings.Join(pids, " "))
	bufio.NewReader(os.Stdin).ReadByte() // until the test kills this, or ends
	os.Exit(1)
}

func TestCloseLeavesNothing(t *testing.T) {
	root := filepath.Join(t.TempDir(), "demo")
	w, err := Demo(root)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Loop(filepath.Join(root, "loop")); err != nil {
		t.Fatal(err)
	}
	stopped, err := w.start(roleDaemon, "/", "kvd", "--data", root)
	if err != nil {
		t.Fatal(err)
	}
	if err := stopped.Pause(); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	for _, p := range w.procs {
		if err := unix.Kill(p.PID, 0); err != unix.ESRCH {
			t.Errorf("%s after Close: %v", p, err)
		}
	}
	if _, err := os.Lstat(root); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%s after Close: %v", root, err)
	}
	if _, err := w.Make(root, Held); !errors.Is(err, os.ErrClosed) {
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
	if _, err := os.Lstat(root); err != nil {
		t.Error(err)
	}
}

func TestNothingOutlivesAKilledMaker(t *testing.T) {
	// This process inherits the orphans and waits for them, in case the machine's init does not.
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		t.Fatal(err)
	}
	defer unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)
	root := filepath.Join(t.TempDir(), "demo")
	maker := exec.Command("/proc/self/exe")
	maker.Env = append(os.Environ(), makerVar+"="+root)
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
	var pids []int
	for _, word := range strings.Fields(line) {
		pid, err := strconv.Atoi(word)
		if err != nil {
			t.Fatalf("maker said %q", line)
		}
		pids = append(pids, pid)
	}
	if len(pids) < len(demoSites) {
		t.Fatalf("maker said %q", line)
	}
	for _, pid := range pids {
		eventually(t, fmt.Sprintf("process %d has ended", pid), func() bool {
			reaped, err := unix.Wait4(pid, nil, unix.WNOHANG, nil)
			return reaped == pid || err == unix.ECHILD && !isAlive(pid)
		})
	}
	eventually(t, root+" is gone", func() bool { return !exists(root) })
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// eventually polls until something is so, and fails the test if it never is.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not so: %s", what)
		}
	}
}

func BenchmarkDemo(b *testing.B) {
	for b.Loop() {
		w, err := Demo(filepath.Join(b.TempDir(), "demo"))
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		if err := w.Close(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
}
