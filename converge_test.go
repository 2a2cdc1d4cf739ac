package main

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"lockscope/lock/proc"
	"lockscope/scan/hosttest"
)

// Directories vanish, are renamed away and over, and turn into other things, thousands of times, while they are watched.
// For a part of that time the watch is stopped, so that its queue of events overflows. When that is over, it has told
// what a new scan finds: no more, no less, and each that is gone once.
func TestWatchConverges(t *testing.T) {
	for _, mounted := range []string{"", "tmpfs"} {
		t.Run(mounted, func(t *testing.T) {
			t.Parallel()
			root := hosttest.TempDir(t)
			if mounted != "" {
				root = hosttest.Mount(t, "-t", mounted, mounted)
			}
			t.Cleanup(func() { unmountBelow(t, root) })
			seed := rand.Uint64()
			t.Log("seed ", seed)
			chance := rand.New(rand.NewPCG(seed, seed))
			dir := func() string { return fmt.Sprintf("%s/shard-%d/tenant-%d", root, chance.IntN(4), chance.IntN(12)) }
			for shard := range 4 {
				hosttest.MakeDir(t, fmt.Sprintf("%s/shard-%d", root, shard))
			}
			cmd := command("-w", "-o", "ndjson", "-i", "100ms", "--timeout", "1m", root)
			next := follow(t, cmd)
			told := states{}
			for l := next(); l.Type != "summary"; l = next() {
				told.take(t, l)
			}
			for i := range 6000 {
				if i == 2000 {
					hosttest.Stop(t, cmd)
				}
				if i == 5000 {
					cmd.Process.Signal(syscall.SIGCONT)
				}
				d, other := dir(), dir()
				switch chance.IntN(12) {
				case 0:
					os.RemoveAll(d)
				case 1:
					os.Rename(d, other)
				case 2:
					os.RemoveAll(other)
					os.Rename(d, other)
				case 3:
					unix.Renameat2(unix.AT_FDCWD, d, unix.AT_FDCWD, other, unix.RENAME_EXCHANGE)
				case 4:
					os.RemoveAll(d)
					turnInto(d, other, chance.IntN(3))
				case 5:
					os.Remove(filepath.Join(d, ".handoff.pidfile"))
				case 6:
					os.Rename(filepath.Dir(d), root+"/away")
					os.Rename(root+"/away", filepath.Dir(d))
				case 7:
					os.Chmod(d, []os.FileMode{0, 0o755}[chance.IntN(2)])
				case 8:
					file := filepath.Join(d, []string{".handoff.lock", ".handoff.pidfile"}[chance.IntN(2)])
					os.Remove(file)
					turnInto(file, other, chance.IntN(4))
				case 9:
					if i%8 == 0 { // the kernel's table of the mounts stays short
						remount(d, chance.IntN(4))
					}
				default:
					if os.MkdirAll(d, 0o755) == nil {
						becomeStale(d)
					}
				}
			}
			last := hosttest.MakeStale(t, root+"/shard-0/the-last")
			want := statesNow(t, root)
			if want[last] != "stale" {
				t.Fatalf("found %v", want)
			}
			for !maps.Equal(told, want) {
				told.take(t, next())
			}
			if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
			if err := cmd.Wait(); err != nil {
				t.Error(err)
			}
		})
	}
}

// states are those of directories, by path.
type states map[string]string

// take takes in a line of a watch.
func (s states) take(t *testing.T, l line) {
	t.Helper()
	switch l.Type {
	case "dir", "change":
		s[l.Path] = l.State
	case "gone":
		if _, ok := s[l.Path]; !ok {
			t.Errorf("%s is gone, and was not there", l.Path)
		}
		delete(s, l.Path)
	}
}

// statesNow are those that a new scan finds. There must be no error.
func statesNow(t *testing.T, root string) states {
	t.Helper()
	lines, status := lockscope(t, command("-o", "ndjson", "--timeout", "1m", root))
	if status != 0 {
		t.Errorf("exit status %d", status)
	}
	found := states{}
	for path, l := range lines {
		if l.Type == "dir" {
			found[path] = l.State
		} else if l.Type == "error" {
			t.Errorf("%+v", l)
		}
	}
	return found
}

// becomeStale writes the files of a data directory. It does not wait where there is a FIFO.
func becomeStale(dir string) {
	for name, text := range map[string]string{".handoff.lock": "", ".handoff.pidfile": hosttest.DeadPID} {
		if f, err := os.OpenFile(filepath.Join(dir, name), os.O_WRONLY|os.O_CREATE|unix.O_NONBLOCK, 0o644); err == nil {
			f.WriteString(text)
			f.Close()
		}
	}
}

// turnInto makes something else than a data directory, or than a lock file.
func turnInto(path, other string, what int) {
	switch what {
	case 0:
		if f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|unix.O_NONBLOCK, 0o644); err == nil { // on a read-only disk a FIFO is still there
			f.Close()
		}
	case 1:
		os.Symlink(other, path)
	case 2:
		unix.Mkfifo(path, 0o644)
	case 3:
		os.Mkdir(path, 0o755)
	}
}

// remount mounts a disk with a data directory on a directory, makes it read-only or writable, or unmounts it
// lazily. It does nothing where that is not allowed.
func remount(dir string, how int) {
	switch how {
	case 0:
		if unix.Mount("tmpfs", dir, "tmpfs", 0, "size=64k") == nil {
			becomeStale(dir)
		}
	case 1:
		unix.Mount("", dir, "", unix.MS_REMOUNT|unix.MS_RDONLY, "")
	case 2:
		unix.Mount("", dir, "", unix.MS_REMOUNT, "")
	case 3:
		unix.Unmount(dir, unix.MNT_DETACH)
	}
}

// unmountBelow unmounts what is mounted below a directory.
func unmountBelow(t *testing.T, dir string) {
	mounts, err := proc.Host.Mounts(os.Getpid())
	if err != nil {
		t.Error(err)
	}
	for _, m := range mounts.Below(dir) {
		unix.Unmount(m.Point, unix.MNT_DETACH)
	}
}
