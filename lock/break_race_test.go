//go:build linux

package lock_test

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"lockscope/lock"
)

// breakSite is a stale directory for a break, with another directory beside it.
type breakSite struct {
	t        testing.TB
	dir      string // of what was seen, also after it was renamed
	path     string // where the break looks for it
	outside  string // a directory of somebody else's
	lockFile *os.File
	seen     lock.Evidence
}

// newBreakSite makes a directory with a dead holder's pidfile and a temporary, with or without a
// lock file.
func newBreakSite(t testing.TB, withLock bool) *breakSite {
	t.Helper()
	root := t.TempDir()
	s := &breakSite{t: t, dir: filepath.Join(root, "data"), outside: filepath.Join(root, "outside")}
	s.path = s.dir
	for _, dir := range []string{s.dir, s.outside} {
		mkdir(t, dir)
		write(t, dir, lockfile, precious)
		write(t, dir, pidfile, fmt.Sprintln(deadPID))
		write(t, dir, tempfile, "2147")
		write(t, dir, "data", precious)
	}
	if withLock {
		f, err := os.Open(filepath.Join(s.dir, lockfile))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { f.Close() })
		s.lockFile = f
	} else if err := os.Remove(filepath.Join(s.dir, lockfile)); err != nil {
		t.Fatal(err)
	}
	s.seen = inspect(t, s.dir)
	return s
}

func (s *breakSite) file(name string) string { return filepath.Join(s.path, name) }

// replace replaces a file by what make makes.
func (s *breakSite) replace(name string, make func(path string) error) {
	fresh := filepath.Join(filepath.Dir(s.outside), "fresh")
	if err := errors.Join(make(fresh), os.RemoveAll(s.file(name)), os.Rename(fresh, s.file(name))); err != nil {
		s.t.Error(err)
	}
}

// held reports whether somebody holds the lock file that was seen, also if it was moved since.
func (s *breakSite) held() bool {
	if s.lockFile == nil {
		return false
	}
	fd := int(s.lockFile.Fd())
	err := unix.Flock(fd, unix.LOCK_EX|unix.LOCK_NB)
	unix.Flock(fd, unix.LOCK_UN)
	return err == unix.EWOULDBLOCK
}

// everything lists all files, with their contents.
func (s *breakSite) everything() map[string]string {
	all := map[string]string{}
	filepath.WalkDir(filepath.Dir(s.outside), func(path string, d os.DirEntry, err error) error {
		if err != nil {
			s.t.Error(err)
			return nil
		}
		id := fileID(s.t, path)
		if d.IsDir() {
			all[path] = fmt.Sprint("directory ", id.Ino) // its mtime tells of what is in it
			return nil
		}
		all[path] = fmt.Sprintf("%v %+v", d.Type(), id)
		if d.Type().IsRegular() {
			text, err := os.ReadFile(path)
			all[path] += fmt.Sprintf(" %q %v", text, err)
		}
		return nil
	})
	return all
}

// breakAt breaks what was seen, and calls interfere at one step. It checks that the break removed
// exactly what was seen, or nothing, and that it left no lock held.
func (s *breakSite) breakAt(step string, interfere func()) (removed []string, err error) {
	s.t.Helper()
	var leftovers []string
	for path, what := range s.everything() {
		if slices.Contains(lock.DefaultNames.Leftovers(s.seen), filepath.Base(path)) && filepath.Dir(path) == s.dir {
			leftovers = append(leftovers, what)
		}
	}
	var want map[string]string
	removed, err = lock.BreakStaleAt(s.path, s.seen, func(now string) {
		if now != step {
			return
		}
		if holds := s.lockFile != nil && slices.Contains([]string{"locked", "confirmed", "removed"}, now); s.held() != holds {
			s.t.Errorf("at this step, held: %t", !holds)
		}
		interfere()
		want = s.everything()
	})
	aside, back := filepath.Join(s.dir, asideName()), filepath.Join(s.dir, pidfile)
	switch {
	case want == nil:
		s.t.Fatalf("there was no step %s: %q, %v", step, removed, err)
	case err == nil:
		if !slices.Equal(removed, lock.DefaultNames.Leftovers(s.seen)) {
			s.t.Errorf("removed %q", removed)
		}
		maps.DeleteFunc(want, func(_, what string) bool { return slices.Contains(leftovers, what) })
	case step == "aside" && want[aside] != "":
		if want[back] == "" {
			want[back] = want[aside]
		}
		delete(want, aside)
	}
	now := s.everything()
	if !maps.Equal(now, want) {
		for path, what := range want {
			if now[path] == what {
				delete(now, path)
				delete(want, path)
			}
		}
		s.t.Errorf("there is\n%v\nwant\n%v", now, want)
	}
	if s.held() {
		s.t.Error("the lock is still held")
	}
	wantNoneOpen(s.t, s.outside)
	return removed, err
}

// interference is something that is done to a directory at each step of a break.
type interference struct {
	name string
	do   func(s *breakSite)
	// The result of the break at each step, with and without a lock file: the first letter of the
	// refusal's word, or - if the break succeeds.
	with, without string
}

var interferences = []interference{
	// with: opened proved locked confirmed removed released; without: opened proved confirmed aside released
	{"nothing", func(*breakSite) {}, "------", "-----"},
	{"data written", func(s *breakSite) { write(s.t, s.path, "data", "new") }, "------", "-----"},
	{"pidfile replaced", func(s *breakSite) { write(s.t, s.path, pidfile, fmt.Sprintln(deadPID)) }, "cccc--", "ccc--"},
	{"pidfile touched", func(s *breakSite) { s.touch(pidfile) }, "cccc--", "ccc--"},
	{"pidfile removed", func(s *breakSite) { os.Remove(s.file(pidfile)) }, "cccc--", "ccc--"},
	{"pidfile a symlink", func(s *breakSite) { s.link(pidfile) }, "nnnc--", "nnc--"},
	{"pidfile a hard link", func(s *breakSite) { s.hardLink(pidfile) }, "cccc--", "ccc--"},
	{"pidfile a FIFO", func(s *breakSite) { s.fifo(pidfile) }, "nnnc--", "nnc--"},
	{"pidfile a directory", func(s *breakSite) { s.mkdir(pidfile) }, "nnnc--", "nnc--"},
	{"temporary replaced", func(s *breakSite) { write(s.t, s.path, tempfile, "2147") }, "cccc--", "cc---"},
	{"temporary touched", func(s *breakSite) { s.touch(tempfile) }, "cccc--", "cc---"},
	{"temporary removed", func(s *breakSite) { os.Remove(s.file(tempfile)) }, "cccc--", "cc---"},
	{"temporary a symlink", func(s *breakSite) { s.link(tempfile) }, "cccc--", "cc---"},
	{"temporary a hard link", func(s *breakSite) { s.hardLink(tempfile) }, "cccc--", "cc---"},
	{"temporary a FIFO", func(s *breakSite) { s.fifo(tempfile) }, "cccc--", "cc---"},
	{"temporary a directory", func(s *breakSite) { s.mkdir(tempfile) }, "cccc--", "cc---"},
	{"the name to move it to is taken", func(s *breakSite) {
		if s.seen.Lock.State == lock.LockMissing {
			s.hardLink(asideName())
		}
	}, "------", "cccc-"},
	{"lock file made", func(s *breakSite) { write(s.t, s.path, lockfile, "") }, "rrr---", "rrcc-"},
	{"lock file removed", func(s *breakSite) { os.Remove(s.file(lockfile)) }, "rrr---", "-----"},
	{"lock file touched", func(s *breakSite) { s.touch(lockfile) }, "------", "-----"},
	{"lock file a symlink", func(s *breakSite) { s.link(lockfile) }, "nnr---", "rrcc-"},
	{"lock file a hard link", func(s *breakSite) { s.hardLink(lockfile) }, "rrr---", "rrcc-"},
	{"lock file a FIFO", func(s *breakSite) { s.fifo(lockfile) }, "nnr---", "rrcc-"},
	{"lock file a directory", func(s *breakSite) { s.mkdir(lockfile) }, "nnr---", "rrcc-"},
	{"directory renamed", func(s *breakSite) { s.rename() }, "------", "-----"},
	{"directory another", func(s *breakSite) { s.rename(); s.must(os.CopyFS(s.path, os.DirFS(s.outside))) }, "------", "-----"},
	{"directory a symlink", func(s *breakSite) { s.rename(); s.must(os.Symlink(s.outside, s.path)) }, "------", "-----"},
	{"directory removed", func(s *breakSite) { s.must(os.RemoveAll(s.path)) }, "rrrc--", "cccc-"},
	{"another break", func(s *breakSite) { lock.BreakStale(s.path, s.seen) }, "cc----", "ccc--"},
}

func (s *breakSite) must(err error) {
	if err != nil {
		s.t.Error(err)
	}
}

// touch changes a file's time, if the file exists.
func (s *breakSite) touch(name string) {
	if is, err := os.Lstat(s.file(name)); err == nil {
		s.must(os.Chtimes(s.file(name), time.Time{}, is.ModTime().Add(1)))
	}
}

func (s *breakSite) link(name string) {
	s.replace(name, func(path string) error { return os.Symlink(filepath.Join(s.outside, name), path) })
}

func (s *breakSite) hardLink(name string) {
	s.replace(name, func(path string) error { return os.Link(filepath.Join(s.outside, "data"), path) })
}

func (s *breakSite) fifo(name string) {
	s.replace(name, func(path string) error { return unix.Mkfifo(path, 0o666) })
}

func (s *breakSite) mkdir(name string) {
	s.replace(name, func(path string) error { return os.Mkdir(path, 0o755) })
}

// rename moves the directory away.
func (s *breakSite) rename() {
	s.dir = s.path + ".old"
	s.must(os.Rename(s.path, s.dir))
}

// Whatever is done to a directory during a break, the break removes what was seen or nothing, and
// touches nothing outside.
func TestBreakRaces(t *testing.T) {
	for _, withLock := range []bool{true, false} {
		for _, i := range interferences {
			for n, step := range lock.BreakSteps[withLock] {
				want := i.without
				if withLock {
					want = i.with
				}
				t.Run(fmt.Sprintf("%s/%s/lock file %t", i.name, step, withLock), func(t *testing.T) {
					s := newBreakSite(t, withLock)
					_, err := s.breakAt(step, func() { i.do(s) })
					got := "-"
					var refused *lock.RefusedError
					if errors.As(err, &refused) {
						got = refused.Reason.String()
					}
					if got[0] != want[n] {
						t.Errorf("%v, want %q", err, want[n])
					}
				})
			}
		}
	}
}
