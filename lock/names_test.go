//go:build linux

package lock_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"lockscope/lock"
)

func TestNames(t *testing.T) {
	dir := t.TempDir()
	names := lock.Names{Lock: "kv.lock", Pidfile: "kv.pid"}
	l, err := names.Acquire(dir)
	if err != nil {
		t.Fatal(err)
	}
	wantFiles(t, dir, "kv.lock", "kv.pid")
	acquire(t, dir) // another protocol's lock, as it were
	again, err := names.Acquire(dir)
	wantHeld(t, again, err, dir, os.Getpid())
	if err := l.Check(); err != nil {
		t.Error(err)
	}
	release(t, l)
	wantFiles(t, dir, "kv.lock", lockfile, pidfile)
	if ev, err := (lock.Names{}).Inspect(dir); err != nil || ev.Pidfile.PID != os.Getpid() {
		t.Errorf("the zero Names see %+v, %v", ev, err)
	}
}

// Whatever the names are, the lock file is never removed or replaced.
func TestNamesThatCollide(t *testing.T) {
	for _, names := range []lock.Names{
		{Lock: lockfile, Pidfile: lockfile},
		{Lock: tempfile},
		{Lock: pidfile + ".12.tmp"},
		{Lock: "sub/lock"},
		{Pidfile: "../pidfile"},
		{Lock: "."},
	} {
		t.Run(names.Lock+" "+names.Pidfile, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "data")
			mkdir(t, filepath.Join(dir, "sub"))
			path := filepath.Join(dir, names.OrDefault().Lock)
			if names.Lock != "." && names.Lock != "sub/lock" {
				write(t, dir, names.OrDefault().Lock, "")
				stalePidfile(t, dir)
				is := fileID(t, path)
				if seen, err := names.Inspect(dir); err == nil {
					names.BreakStale(dir, seen)
				}
				if now, err := os.Stat(path); err != nil {
					t.Errorf("the break removed the lock file: %v", err)
				} else if fileID(t, path) != is {
					t.Errorf("the break changed the lock file: %v", now)
				}
			}
			if l, err := names.Acquire(dir); err == nil {
				if err := l.Check(); err != nil {
					t.Errorf("acquired, and it protects nothing: %v", err)
				}
				t.Errorf("acquired by the names %+v", names)
				l.Release()
			}
		})
	}
}

func TestBreakStaleOtherNames(t *testing.T) {
	dir := t.TempDir()
	names := lock.Names{Lock: "kv.lock", Pidfile: "kv.pid"}
	for _, name := range []string{"kv.lock", "kv.pid", "kv.pid.tmp", lockfile, pidfile, tempfile} {
		write(t, dir, name, "")
	}
	seen, err := names.Inspect(dir)
	if err != nil {
		t.Fatal(err)
	}
	removed, err := names.BreakStale(dir, seen)
	if err != nil || !slices.Equal(removed, []string{"kv.pid", "kv.pid.tmp"}) {
		t.Errorf("%q, %v", removed, err)
	}
	wantFiles(t, dir, "kv.lock", lockfile, pidfile, tempfile)
}
