package locktest

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func play(t *testing.T, scene Scene) *Site {
	t.Helper()
	s, err := TestWorld(t).Play(filepath.Join(t.TempDir(), "data"), scene)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func sandbox(t *testing.T) *Sandbox {
	t.Helper()
	b, err := Demo(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

func pauseOne(w *World) error {
	p, err := w.Daemon(w.Root)
	if err == nil {
		err = p.Pause()
	}
	return err
}

func procFile(t *testing.T, pid int, name string) string {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", pid, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// statOf is the letter of a process's state.
func statOf(t *testing.T, pid int) byte {
	t.Helper()
	stat := procFile(t, pid, "stat")
	return stat[strings.LastIndexByte(stat, ')')+2]
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// eventually waits until something is so, and fails the test if it never is.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not so: %s", what)
		}
	}
}

// checkHolders compares the site's holders with the flocks that /proc shows of its processes.
func checkHolders(t *testing.T, s *Site) {
	t.Helper()
	var got, want []string
	for _, h := range s.Holders {
		got = append(got, fmt.Sprintf("%d fd %d taken by %d inherited %t deleted %t", h.PID, h.FD, h.Locker, h.Inherited(), h.Deleted))
	}
	for _, p := range s.Procs {
		want = append(want, locksOf(t, s, p.PID)...)
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("holders:\n%s\nbut /proc says:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// locksOf describes each flock of a process on a lock file that is or was the site's.
func locksOf(t *testing.T, s *Site, pid int) (locks []string) {
	tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*", pid))
	seen := map[string]bool{}
	for _, task := range tasks {
		infos, _ := filepath.Glob(task + "/fdinfo/*")
		for _, path := range infos {
			fd := filepath.Base(path)
			info, _ := os.ReadFile(path)
			_, line, locked := strings.Cut(string(info), "lock:\t")
			link, _ := os.Readlink(task + "/fd/" + fd)
			bare, deleted := strings.CutSuffix(link, " (deleted)")
			if !locked || bare != s.path(lockFile) || seen[fd] {
				continue
			}
			seen[fd] = true
			fields := strings.Fields(line) // 1: FLOCK ADVISORY WRITE PID …
			if fields[1] != "FLOCK" {
				continue
			}
			locks = append(locks, fmt.Sprintf("%d fd %s taken by %s inherited %t deleted %t",
				pid, fd, fields[4], fields[4] != strconv.Itoa(pid), deleted))
		}
	}
	return locks
}

// checkState checks by system calls, without package lock, that the site is in its state.
func checkState(t *testing.T, s *Site) {
	t.Helper()
	free := flockIsFree(t, s.path(lockFile))
	owns := slices.ContainsFunc(s.Holders, func(h Holder) bool { return h.NSPID == s.Owner || hasThread(h.PID, s.Owner) })
	lockerLives := slices.ContainsFunc(s.Holders, func(h Holder) bool { return isAlive(h.Locker) })
	deleted := slices.ContainsFunc(s.Holders, func(h Holder) bool { return h.Deleted })
	_, err := os.Lstat(s.path(pidfile))
	hasPidfile := err == nil
	temps, _ := filepath.Glob(s.path(pidfile + ".*"))

	owner := s.hostPID(s.Owner)
	var ok bool
	switch s.State {
	case Split:
		ok = deleted
	case Unguarded:
		ok = free && isAlive(owner) && uses(owner, s.Dir)
	case Orphaned:
		ok = !free && len(s.Holders) > 0 && owner > 0 && !isAlive(owner) && !lockerLives
	case Mismatch:
		ok = !free && lockerLives && s.Owner > 0 && !owns
	case Unnamed:
		ok = !free && len(s.Holders) > 0 && s.Owner == 0
	case Stale:
		ok = free && (hasPidfile || len(temps) > 0) && !(isAlive(owner) && uses(owner, s.Dir))
	case Unknown:
		ok = !isRegular(s.path(lockFile)) || !isRegular(s.path(pidfile)) || isLockedOtherwise(t, s.path(lockFile))
	case Held:
		ok = !free && (owns || len(temps) > 0) && !deleted
	case Free:
		ok = free && !hasPidfile && len(temps) == 0
	}
	if !ok {
		t.Errorf("not %s: free %t, pidfile %t, temporaries %q, owner %d alive %t, holders %+v",
			s.State, free, hasPidfile, temps, owner, isAlive(owner), s.Holders)
	}
}

// hostPID is our PID of the process that has this PID in its own namespace.
func (s *Site) hostPID(pid int) int {
	for _, p := range s.Procs {
		if p.NSPID == pid {
			return p.PID
		}
	}
	return pid
}

// flockIsFree asks the kernel. If there is no lock file, or it is not a regular file, it is free.
func flockIsFree(t *testing.T, path string) bool {
	t.Helper()
	if !isRegular(path) {
		return true
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	switch err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err {
	case nil:
		unix.Flock(int(f.Fd()), unix.LOCK_UN) // a process just being forked may have the descriptor still
		return true
	case unix.EWOULDBLOCK:
		return false
	default:
		t.Fatal(err)
		return false
	}
}

// isLockedOtherwise reports whether somebody has a POSIX or OFD lock on the file.
func isLockedOtherwise(t *testing.T, path string) bool {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	l := unix.Flock_t{Type: unix.F_WRLCK}
	if err := unix.FcntlFlock(f.Fd(), unix.F_GETLK, &l); err != nil {
		t.Fatal(err)
	}
	return l.Type != unix.F_UNLCK
}

func hasThread(pid, number int) bool {
	_, err := os.Stat(fmt.Sprintf("/proc/%d/task/%d", pid, number))
	return err == nil
}

func isRegular(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && info.Mode().IsRegular()
}

// isAlive reports whether a thread of a process lives.
func isAlive(pid int) bool {
	if pid <= 0 || unix.Kill(pid, 0) == unix.ESRCH {
		return false
	}
	tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", pid))
	return slices.ContainsFunc(tasks, func(path string) bool {
		stat, _ := os.ReadFile(path)
		i := strings.LastIndexByte(string(stat), ')')
		return len(stat) > i+2 && stat[i+2] != 'Z'
	})
}

// uses reports whether a process has a descriptor, its working directory or a mapping below dir.
func uses(pid int, dir string) bool {
	links, _ := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid))
	links = append(links, fmt.Sprintf("/proc/%d/cwd", pid))
	maps, _ := os.ReadFile(fmt.Sprintf("/proc/%d/maps", pid))
	return strings.Contains(string(maps), dir+"/") || slices.ContainsFunc(links, func(link string) bool {
		to, _ := os.Readlink(link)
		return to == dir || strings.HasPrefix(to, dir+"/") || strings.HasPrefix(to, dir+"-") // see links
	})
}
