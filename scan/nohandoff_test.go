package scan

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"lockscope/lock"
	"lockscope/lock/locktest"
	"lockscope/scan/hosttest"
	"lockscope/scan/report"
)

// What is none is not told: a stop and a start, a crash, a break, a pidfile that somebody removes.
func TestNoHandoff(t *testing.T) {
	p := newPassing(t, t.TempDir())
	next := p.daemon(t)

	p.release(t, p.owner)
	hosttest.WantVerdict(t, p.w.untilState(t, p.dir, report.Free), report.Free, report.HandingOver)
	p.owner.Kill()
	p.w.until(t, "end of the hand-over", func(f *found) bool { return f.reports[p.dir].Verdict.Reasons == 0 })
	acquire(t, next)
	p.untilHeldBy(t, next)

	next.Kill()
	stale := p.w.untilState(t, p.dir, report.Stale)
	if _, err := lock.BreakStale(p.dir, stale.Evidence.Evidence); err != nil {
		t.Fatal(err)
	}
	p.w.untilState(t, p.dir, report.Free)
	third := p.daemon(t)
	acquire(t, third)
	p.untilHeldBy(t, third)

	if err := os.Remove(filepath.Join(p.dir, lock.DefaultNames.Pidfile)); err != nil {
		t.Fatal(err)
	}
	p.w.untilState(t, p.dir, report.Unnamed)
	if err := third.Release(); err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	fourth := p.daemon(t)
	acquire(t, fourth)
	p.untilHeldBy(t, fourth)
	p.wantTold(t, 0)
}

// Whoever starts beside a daemon whose lock file was removed has not got the directory from it.
func TestNoHandoffOfAnotherLockFile(t *testing.T) {
	p := newPassing(t, t.TempDir())
	for _, name := range []string{lock.DefaultNames.Lock, lock.DefaultNames.Pidfile} {
		if err := os.Remove(filepath.Join(p.dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	acquire(t, p.daemon(t))
	p.w.untilState(t, p.dir, report.Split)
	p.wantTold(t, 0)
}

// What is at the path of a directory now has nothing to do with who had that one.
func TestNoHandoffOfAnotherDirectory(t *testing.T) {
	p := newPassing(t, hosttest.MakeDir(t, filepath.Join(t.TempDir(), "root")))
	elsewhere := t.TempDir()
	giver, taker := p.daemon(t), p.daemon(t)
	other := hosttest.MakeDir(t, filepath.Join(elsewhere, "other"))
	site := play(t, p.world, other, locktest.HeldPlain)

	p.release(t, p.owner)
	p.w.untilState(t, p.dir, report.Free)
	if err := os.Rename(p.dir, filepath.Join(elsewhere, "before")); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(site.Dir, p.dir); err != nil {
		t.Fatal(err)
	}
	p.untilHeldBy(t, site.Procs[0])
	p.release(t, site.Procs[0])
	p.w.untilState(t, p.dir, report.Free)
	acquire(t, giver)
	wantHandoff(t, p.told(t, 1), p.dir, site.Procs[0], giver, false)
	p.release(t, giver)
	acquire(t, taker)
	wantHandoff(t, p.told(t, 2), p.dir, giver, taker, false)
	p.wantTold(t, 2)
}
