//go:build linux

package lock_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"lockscope/lock"
)

// In another mount namespace the directory has another path.
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

// In another PID namespace the holder has another PID, and writes that into the pidfile.
func TestRefusedAliveInAnotherPIDNamespace(t *testing.T) {
	needRoot(t, "make a PID namespace")
	dir := t.TempDir()
	foreign(t, "unshare", "--pid", "--fork", "--kill-child", "sh", "-c", `cd "$0" && (exec sh -c 'echo $$ >.handoff.pidfile && >.handoff.lock && echo ready && exec sleep 1000') & wait`, dir)
	wantText(t, filepath.Join(dir, pidfile), "2\n")
	refuses(t, dir, inspect(t, dir), lock.RefusedAlive)
}

// Where PID namespaces are nested, somebody in one between may have written the pidfile: the PID is that
// of neither the innermost namespace nor of ours.
func TestRefusedAliveInANestedPIDNamespace(t *testing.T) {
	needRoot(t, "make a PID namespace")
	dir := t.TempDir()
	foreign(t, "unshare", "--pid", "--fork", "--kill-child", "sh", "-c",
		`(exec unshare --pid --fork --kill-child sh -c 'cd "$0" && echo 3 >.handoff.pidfile && >.handoff.lock && echo ready && exec sleep 1000' "$0") & wait`, dir)
	seen := inspect(t, dir)
	if seen.Process != lock.ProcessAlive {
		t.Errorf("%v, want alive", seen.Process)
	}
	refuses(t, dir, seen, lock.RefusedAlive)
}

// The kernel names a file by a path that leads to another file since something was mounted over it.
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
	// This path still leads to the directory.
	elsewhere := fmt.Sprintf("/proc/%d/cwd", q.cmd.Process.Pid)
	refuses(t, elsewhere, inspect(t, elsewhere), lock.RefusedAlive)
}

// The state of a live process depends on whether it uses the directory.
func TestUse(t *testing.T) {
	const none, some = lock.ProcessUnrelated, lock.ProcessAlive
	for name, test := range map[string]struct {
		use  func(t *testing.T, q *sleeper, dir string)
		want lock.ProcessState
	}{
		"nothing": {func(*testing.T, *sleeper, string) {}, none},
		"the directory beside": {func(t *testing.T, q *sleeper, dir string) {
			q.cmd.Dir = dir + "2"
			mkdir(t, q.cmd.Dir)
		}, none},
		"the one above":     {func(t *testing.T, q *sleeper, dir string) { q.cmd.Dir = filepath.Dir(dir) }, none},
		"working directory": {func(t *testing.T, q *sleeper, dir string) { q.cmd.Dir = dir }, some},
		"a directory within": {func(t *testing.T, q *sleeper, dir string) {
			q.cmd.Dir = filepath.Join(dir, "a", "b")
			mkdir(t, q.cmd.Dir)
		}, some},
		"open file": {func(t *testing.T, q *sleeper, dir string) { q.open(filepath.Join(dir, "new\nline \xff")) }, some},
		"deleted open file": {func(t *testing.T, q *sleeper, dir string) {
			q.open(filepath.Join(dir, "data"))
			if err := os.Remove(filepath.Join(dir, "data")); err != nil {
				t.Fatal(err)
			}
		}, some},
		"socket":           {func(t *testing.T, q *sleeper, dir string) { q.listen(filepath.Join(dir, "s")) }, some},
		"socket by a link": {func(t *testing.T, q *sleeper, dir string) { q.listen(filepath.Join(link(t, dir), "s")) }, some},
		"socket beside":    {func(t *testing.T, q *sleeper, dir string) { q.listen(dir + "2") }, none},
		"abstract socket":  {func(t *testing.T, q *sleeper, dir string) { q.listen("@" + dir + "/s") }, none},
		"another's socket": {func(t *testing.T, q *sleeper, dir string) { newSleeper(t).listen(filepath.Join(dir, "s")) }, none},
		"a directory's, gone": {func(t *testing.T, q *sleeper, dir string) {
			mkdir(t, dir+"/a")
			q.listen(filepath.Join(dir, "a", "s"))
			if err := os.RemoveAll(dir + "/a"); err != nil {
				t.Fatal(err)
			}
		}, some},
		"socket by a relative path": {func(t *testing.T, q *sleeper, dir string) {
			t.Chdir(dir)
			q.listen("s")
		}, lock.ProcessUnknown},
		"program": {func(t *testing.T, q *sleeper, dir string) {
			program, err := os.ReadFile(q.cmd.Path)
			if err != nil {
				t.Fatal(err)
			}
			q.cmd.Path = filepath.Join(dir, "sleep")
			if err := os.WriteFile(q.cmd.Path, program, 0o755); err != nil {
				t.Fatal(err)
			}
		}, some},
	} {
		for _, data := range []string{"data", "a b", "back\\slash\nline"} {
			t.Run(name+"/"+data, func(t *testing.T) {
				dir := filepath.Join(t.TempDir(), data)
				mkdir(t, dir)
				q := newSleeper(t)
				test.use(t, q, dir)
				q.start()
				if name == "program" { // exec(2) returns to us before it is mapped
					maps := fmt.Sprintf("/proc/%d/maps", q.cmd.Process.Pid)
					eventually(t, "the program is mapped", func() bool {
						text, _ := os.ReadFile(maps)
						return strings.Contains(string(text), "/sleep\n")
					})
				}
				if got := judge(t, dir, q).Process; got != test.want {
					t.Errorf("%v, want %v", got, test.want)
				}
			})
		}
	}
	t.Run("cannot be told", func(t *testing.T) {
		needRoot(t, "give up the right to look")
		dir := publicDir(t)
		q := newSleeper(t)
		q.start()
		judge(t, dir, q)
		asNobody(t)
		if got := inspect(t, dir).Process; got != lock.ProcessUnknown {
			t.Errorf("%v, want unknown", got)
		}
	})
}

// The name of a directory may end with the suffix that the kernel gives to deleted files.
func TestUseOfADirectoryCalledDeleted(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data (deleted)")
	mkdir(t, dir)
	q := newSleeper(t)
	q.cmd.Dir = dir
	q.start()
	if got := judge(t, dir, q).Process; got != lock.ProcessAlive {
		t.Errorf("%v, want alive", got)
	}
}

// judge inspects a directory whose pidfile names q, and was written after q started.
// link makes a symlink to the directory, and returns it.
func link(t testing.TB, dir string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "l")
	if err := os.Symlink(dir, name); err != nil {
		t.Fatal(err)
	}
	return name
}

func judge(t testing.TB, dir string, q *sleeper) lock.Evidence {
	t.Helper()
	write(t, dir, pidfile, fmt.Sprintln(q.cmd.Process.Pid))
	writtenAt(t, filepath.Join(dir, pidfile), time.Now().Add(time.Hour))
	return inspect(t, dir)
}

// In a chroot in another mount namespace, the paths in mountinfo and in the links begin at
// different root directories.
func TestRefusedAliveInAChrootElsewhere(t *testing.T) {
	needRoot(t, "make a mount namespace")
	dir, root := t.TempDir(), t.TempDir()
	q := foreign(t, "unshare", "--mount", "sh", "-c",
		`mount --rbind / "$1" && mount --bind "$0" "$1/mnt" && exec chroot "$1" sh -c 'cd /mnt && echo ready && exec sleep 1000'`, dir, root)
	write(t, dir, lockfile, "")
	write(t, dir, pidfile, fmt.Sprintln(q.pid()))
	refuses(t, dir, inspect(t, dir), lock.RefusedAlive)
}
