//go:build linux

package lock_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"lockscope/lock"
)

// In another mount namespace the directory has another name.
func TestRefusedAliveInAnotherMountNamespace(t *testing.T) {
	needRoot(t, "make a mount namespace")
	dir, mnt := t.TempDir(), t.TempDir()
	q := foreign(t, "unshare", "--mount", "sh", "-c", `mount --bind "$0" "$1" && cd "$1" && echo ready && exec sleep 1000`, dir, mnt)
	write(t, dir, lockfile, "")
	write(t, dir, pidfile, fmt.Sprintln(q.pid()))
	seen := inspect(t, dir)
	if seen.Process != lock.ProcessAlive && seen.Process != lock.ProcessUnknown {
		t.Errorf("%v, want alive or unknown", seen.Process)
	}
	refuses(t, dir, seen, lock.RefusedAlive)
}

// In another PID namespace the holder has another PID, which it wrote down.
func TestRefusedAliveInAnotherPIDNamespace(t *testing.T) {
	needRoot(t, "make a PID namespace")
	dir := t.TempDir()
	foreign(t, "unshare", "--pid", "--fork", "--kill-child", "sh", "-c", `cd "$0" && (exec sh -c 'echo $$ >.handoff.pidfile && >.handoff.lock && echo ready && exec sleep 1000') & wait`, dir)
	wantText(t, filepath.Join(dir, pidfile), "2\n")
	refuses(t, dir, inspect(t, dir), lock.RefusedAlive)
}

// foreign starts a command and waits until it is ready.
func foreign(t testing.TB, command ...string) *process {
	t.Helper()
	if _, err := exec.LookPath(command[0]); err != nil {
		t.Skip(err)
	}
	q := peer{"", command[0], os.Environ()}.start(t, command[1:]...)
	if line := q.line(); line != "ready" {
		t.Skipf("%q: %q", command, line)
	}
	return q
}

// Of a file that was opened before something was mounted over it, the kernel
// gives the name by which another is found now.
func TestRefusedAliveBelowAMount(t *testing.T) {
	needRoot(t, "mount")
	dir := filepath.Join(t.TempDir(), "data")
	q := newSleeper(t)
	mkdir(t, dir)
	q.cmd.Dir = dir
	q.start()
	write(t, dir, lockfile, "")
	write(t, dir, pidfile, fmt.Sprintln(q.cmd.Process.Pid))
	if err := unix.Mount("none", filepath.Dir(dir), "tmpfs", 0, ""); err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { unix.Unmount(filepath.Dir(dir), 0) })
	// Here, the directory is still to be reached.
	elsewhere := fmt.Sprintf("/proc/%d/cwd", q.cmd.Process.Pid)
	refuses(t, elsewhere, inspect(t, elsewhere), lock.RefusedAlive)
}
