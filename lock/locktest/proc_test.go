package locktest

import (
	"testing"

	"golang.org/x/sys/unix"
)

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

func TestNames(t *testing.T) {
	s := play(t, OrphanedPlain)
	if comm := procFile(t, s.Procs[1].PID, "comm"); comm != "logrotate\n" {
		t.Errorf("comm %q", comm)
	}
	if cmdline := procFile(t, s.Procs[1].PID, "cmdline"); cmdline != "logrotate\x00/etc/logrotate.conf\x00" {
		t.Errorf("cmdline %q", cmdline)
	}
}
