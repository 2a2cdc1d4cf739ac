package locktest

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"lockscope/lock"
)

func play(t *testing.T, scene Scene) *Site {
	t.Helper()
	s, err := TestWorld(t).Play(filepath.Join(t.TempDir(), "data"), scene)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestKillingTheHeirFreesTheLock(t *testing.T) {
	s := play(t, OrphanedPlain)
	s.Holders[0].Kill()
	if !flockIsFree(t, s.path(lockFile)) {
		t.Error("the lock is held on return from Kill")
	}
	s.Look()
	if len(s.Holders) != 0 || s.Owner != s.Procs[0].PID {
		t.Errorf("holders %v, owner %d", s.Holders, s.Owner)
	}
}

func TestHandOver(t *testing.T) {
	s := play(t, HeldPlain)
	if err := daemon(s); err != nil {
		t.Fatal(err)
	}
	incumbent, successor := s.Procs[0], s.Procs[1]
	var held *lock.HeldError
	if err := successor.Acquire(); !errors.As(err, &held) || held.PID != incumbent.PID {
		t.Fatalf("acquire of a held lock: %v", err)
	}
	if err := incumbent.Release(); err != nil {
		t.Fatal(err)
	}
	if !flockIsFree(t, s.path(lockFile)) {
		t.Error("the lock is held on return from Release")
	}
	if err := successor.Acquire(); err != nil {
		t.Fatal(err)
	}
	s.Look()
	if len(s.Holders) != 1 || s.Holders[0].PID != successor.PID || s.Owner != successor.PID {
		t.Errorf("holders %v, owner %d, want %s", s.Holders, s.Owner, successor)
	}
	if err := incumbent.Release(); err == nil {
		t.Error("released what it does not hold")
	}
}

func TestReleaseTakesTheLockFromChildrenToo(t *testing.T) {
	s := play(t, HeldShared)
	if len(s.Holders) != 2 {
		t.Fatalf("holders %v", s.Holders)
	}
	if err := s.Procs[0].Release(); err != nil {
		t.Fatal(err)
	}
	s.Look()
	if len(s.Holders) != 0 || !flockIsFree(t, s.path(lockFile)) {
		t.Errorf("holders %v", s.Holders)
	}
	if _, err := s.Procs[1].ask("acquire"); err == nil {
		t.Error("a child took a command")
	}
}

func TestPause(t *testing.T) {
	s := play(t, HeldPlain)
	daemon := s.Procs[0]
	if err := daemon.Pause(); err != nil {
		t.Fatal(err)
	}
	if stat := statOf(t, daemon.PID); stat != 'T' {
		t.Errorf("state %c, want T", stat)
	}
	if err := daemon.Resume(); err != nil {
		t.Fatal(err)
	}
	if err := daemon.Release(); err != nil { // it answers
		t.Fatal(err)
	}
	daemon.Kill()
	if err := daemon.Pause(); err == nil {
		t.Error("paused a dead process")
	}
}

func TestZombieUntilKilled(t *testing.T) {
	s := play(t, StaleZombie)
	zombie := s.Procs[0]
	if stat := statOf(t, zombie.PID); stat != 'Z' {
		t.Errorf("state %c, want Z", stat)
	}
	zombie.Kill()
	if err := unix.Kill(zombie.PID, 0); err != unix.ESRCH {
		t.Errorf("after Kill: %v", err)
	}
}

func TestLoop(t *testing.T) {
	w := TestWorld(t)
	dir := filepath.Join(t.TempDir(), "data")
	first, err := w.Loop(dir)
	if err != nil {
		t.Fatal(err)
	}
	if c, err := first.Stop(); err != nil || c.Acquired == 0 || len(c.Failed) != 0 {
		t.Errorf("alone: %v, %v", c, err)
	}
	if _, err := w.Make(dir, Held); err != nil {
		t.Fatal(err)
	}
	second, err := w.Loop(dir)
	if err != nil {
		t.Fatal(err)
	}
	if c, err := second.Stop(); err != nil || c.Acquired != 0 || c.Failed["held"] == 0 {
		t.Errorf("beside a holder: %v, %v", c, err)
	}
}

func TestNames(t *testing.T) {
	s := play(t, OrphanedPlain)
	if comm := procFile(t, s.Procs[1].PID, "comm"); comm != "logrotate\n" {
		t.Errorf("comm %q", comm)
	}
	if cmdline := procFile(t, s.Procs[1].PID, "cmdline"); cmdline != "logrotate\x00/etc/logrotate.conf\x00" {
		t.Errorf("cmdline %q", cmdline)
	}
}

func procFile(t *testing.T, pid int, name string) string {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", pid, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// statOf is the state letter of a process.
func statOf(t *testing.T, pid int) byte {
	t.Helper()
	stat := procFile(t, pid, "stat")
	return stat[strings.LastIndexByte(stat, ')')+2]
}
