//go:build linux

package lock_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"lockscope/lock"
)

var peers = []struct {
	name string
	peer func(testing.TB) peer
}{{"go", goPeer}, {"rust", rustPeer}}

// eachPair runs a test with every holder and every contender: always with the Go peer, and with the
// Rust peer if there is one.
func eachPair(t *testing.T, test func(t *testing.T, holder, contender peer)) {
	for _, holder := range peers {
		for _, contender := range peers {
			t.Run(holder.name+" "+contender.name, func(t *testing.T) {
				test(t, holder.peer(t), contender.peer(t))
			})
		}
	}
}

func TestPeersRefuseAndRelease(t *testing.T) {
	eachPair(t, func(t *testing.T, holder, contender peer) {
		dir := filepath.Join(t.TempDir(), "data")
		for _, command := range []string{"acquire", "break"} {
			q := holder.wantAcquired(t, command, dir)
			id := fileID(t, filepath.Join(dir, lockfile))
			contender.wantRefusal(t, dir, q.pid())
			wantText(t, filepath.Join(dir, pidfile), fmt.Sprintln(q.pid()))
			wantFiles(t, dir, lockfile, pidfile)
			q.release()
			wantFiles(t, dir, lockfile)
			contender.wantAcquired(t, "acquire", dir).release()
			if now := fileID(t, filepath.Join(dir, lockfile)); now != id {
				t.Errorf("the lock file is %+v, it was %+v", now, id)
			}
		}
	})
}

// This process holds the lock, and reads the errors of the peer.
func TestPeerRefusesUsAndIsRefused(t *testing.T) {
	for _, p := range peers {
		t.Run(p.name, func(t *testing.T) {
			peer := p.peer(t)
			dir := t.TempDir()
			l := acquire(t, dir)
			peer.wantRefusal(t, dir, os.Getpid())
			release(t, l)

			q := peer.wantAcquired(t, "acquire", dir)
			other, err := lock.Acquire(dir)
			wantHeld(t, other, err, dir, q.pid())
			other, err = lock.AcquireOrBreakStale(dir)
			wantNotReclaimed(t, other, err, dir, q.pid())
			refuses(t, dir, inspect(t, dir), lock.RefusedHeld)
			q.release()
			acquire(t, dir)
		})
	}
}

func TestPeerReclaimsTheDead(t *testing.T) {
	eachPair(t, func(t *testing.T, holder, contender peer) {
		dir := t.TempDir()
		for _, command := range []string{"acquire", "break"} {
			for _, death := range []func(*process){
				func(q *process) { q.tell("die") },
				func(q *process) { q.cmd.Process.Kill() },
			} {
				q := holder.hold(t, dir)
				death(q)
				if status := q.status(); status != 137 && status != -1 {
					t.Errorf("exit status %d", status)
				}
				wantText(t, filepath.Join(dir, pidfile), fmt.Sprintln(q.pid()))
				contender.wantAcquired(t, command, dir).release()
				wantFiles(t, dir, lockfile)
			}
		}
	})
}

// What a dead peer left is broken. A lock that its child inherited is not.
func TestPeerIsBroken(t *testing.T) {
	for _, p := range peers {
		t.Run(p.name, func(t *testing.T) {
			peer := p.peer(t)
			dir := t.TempDir()
			q := peer.hold(t, dir)
			q.kill()
			wantBroken(t, dir, inspect(t, dir), pidfile)

			q, child := peer.inherit(t, dir)
			q.kill()
			if refused := refuses(t, dir, inspect(t, dir), lock.RefusedHeld); refused.PID != q.pid() {
				t.Errorf("it names %d, want %d", refused.PID, q.pid())
			}
			unix.Kill(child, unix.SIGKILL)
			eventually(t, "the lock is free", func() bool { return probe(t, dir) == lock.LockFree })
			wantBroken(t, dir, inspect(t, dir), pidfile)
		})
	}
}

func TestPeerRespectsAnInheritedLock(t *testing.T) {
	eachPair(t, func(t *testing.T, holder, contender peer) {
		dir := t.TempDir()
		q, child := holder.inherit(t, dir)
		contender.wantRefusal(t, dir, q.pid())
		q.tell("die")
		q.status()
		contender.wantRefusal(t, dir, q.pid())
		wantText(t, filepath.Join(dir, pidfile), fmt.Sprintln(q.pid()))
		unix.Kill(child, unix.SIGKILL)
		eventually(t, "the lock is free", func() bool { return probe(t, dir) == lock.LockFree })
		contender.wantAcquired(t, "break", dir)
	})
}

// Release unlocks, so a child that has the descriptor has no lock.
func TestPeerReleasesWhatAChildInherited(t *testing.T) {
	eachPair(t, func(t *testing.T, holder, contender peer) {
		dir := t.TempDir()
		q, child := holder.inherit(t, dir)
		q.release()
		q.status()
		if openBelow(t, child, dir) == nil {
			t.Fatal("the child does not have the lock file open")
		}
		wantFiles(t, dir, lockfile)
		contender.wantAcquired(t, "acquire", dir)
	})
}

// Anything may be in the pidfile of a held lock. No peer is misled by it.
func TestPeerIsNotMisledByThePidfile(t *testing.T) {
	for _, p := range peers {
		t.Run(p.name, func(t *testing.T) {
			dir := t.TempDir()
			acquire(t, dir)
			for text, pid := range map[string]int{
				fmt.Sprintln(deadPID): deadPID, "": 0, "0\n": 0, "garbage\n": 0, "+12": 12, "\u2003 0012\n\n": 12,
				"2147483648\n": 0, "12\x00\n": 0, "1_2": 0, "12\xff": 0,
			} {
				write(t, dir, pidfile, text)
				p.peer(t).wantRefusal(t, dir, pid)
			}
		})
	}
}

// Two of each acquire and release as fast as they can.
func TestPeersExclude(t *testing.T) {
	for _, p := range peers {
		t.Run(p.name, func(t *testing.T) {
			ours, theirs := goPeer(t), p.peer(t)
			dir := t.TempDir()
			write(t, dir, lockfile, "")
			id := fileID(t, filepath.Join(dir, lockfile))
			var running []*process
			for range 2 {
				// Theirs go on for a while after ours have ended, so that they get the lock too.
				running = append(running, ours.start(t, "loop", dir, fmt.Sprint(loopSeconds())),
					theirs.start(t, "loop", dir, fmt.Sprint(loopSeconds()+0.5)))
			}
			acquired := map[string]int{}
			for _, q := range running {
				acquired[q.cmd.Path] += wantCounts(t, q.line(), q.cmd.Path)
			}
			if acquired[ours.program] == 0 || acquired[theirs.program] == 0 {
				t.Errorf("they never met: %v", acquired)
			}
			wantFiles(t, dir, lockfile)
			if now := fileID(t, filepath.Join(dir, lockfile)); now != id {
				t.Errorf("the lock file is %+v, it was %+v", now, id)
			}
		})
	}
}
