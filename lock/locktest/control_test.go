package locktest

import (
	"errors"
	"testing"

	"lockscope/lock"
)

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
