package scan

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"lockscope/lock"
	"lockscope/lock/locktest"
	"lockscope/scan/hosttest"
	"lockscope/scan/notify"
	"lockscope/scan/report"
)

// passing is a directory with a daemon, while somebody watches.
type passing struct {
	world *locktest.World
	dir   string
	owner *locktest.Proc
	w     *watch
}

func newPassing(t *testing.T, root string) *passing {
	t.Helper()
	world := locktest.TestWorld(t)
	site := play(t, world, root, locktest.HeldPlain)
	p := &passing{world: world, dir: site.Dir, owner: site.Procs[0], w: watchEvents(t, root)}
	p.w.untilState(t, p.dir, report.Held)
	return p
}

// daemon starts another daemon for the directory, which holds no lock yet.
func (p *passing) daemon(t *testing.T) *locktest.Proc {
	t.Helper()
	d, err := p.world.Daemon(p.dir)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func (p *passing) release(t *testing.T, d *locktest.Proc) {
	t.Helper()
	if err := d.Release(); err != nil {
		t.Fatal(err)
	}
}

// told waits for a number of hand-offs, and returns the last.
func (p *passing) told(t *testing.T, n int) report.Handoff {
	t.Helper()
	var last report.Handoff
	p.w.until(t, "hand-off", func(f *found) bool {
		if len(f.handoffs) < n {
			return false
		}
		last = f.handoffs[n-1]
		return true
	})
	return last
}

// untilHeldBy waits until it is reported who holds the lock.
func (p *passing) untilHeldBy(t *testing.T, d *locktest.Proc) *report.Report {
	t.Helper()
	var r *report.Report
	p.w.until(t, "holder by name", func(f *found) bool {
		r = f.reports[p.dir]
		return r != nil && r.Verdict.State == report.Held && !r.Checking && r.Evidence.Pidfile.PID == d.PID
	})
	return r
}

// wantTold checks how many hand-offs were told in all.
func (p *passing) wantTold(t *testing.T, want int) {
	t.Helper()
	p.w.mu.Lock()
	defer p.w.mu.Unlock()
	if got := p.w.found.handoffs; len(got) != want {
		t.Errorf("told %+v, want %d", got, want)
	}
}

func wantHandoff(t *testing.T, h report.Handoff, dir string, from, to *locktest.Proc, rolledBack bool) {
	t.Helper()
	if h.Path != dir || h.From.PID != from.PID || h.To.PID != to.PID || h.RolledBack != rolledBack || h.To.Command == "" || h.From.Command == "" {
		t.Errorf("told %+v, want from %d to %d, rolled back %t", h, from.PID, to.PID, rolledBack)
	}
	if h.Gap < 0 || h.Acquired.Before(h.Released) {
		t.Errorf("a gap of %v from %v to %v", h.Gap, h.Released, h.Acquired)
	}
}

// A hand-off is told, with both processes and the time between: also one that the next follows at once, and
// one that is taken back. While nobody holds the lock and the releaser lives, it is being handed over.
func TestHandoffs(t *testing.T) {
	for place, root := range hosttest.Places(t) {
		t.Run(place, func(t *testing.T) {
			p := newPassing(t, root)
			first, second := p.owner, p.daemon(t)

			p.release(t, first)
			r := p.w.untilState(t, p.dir, report.Free)
			hosttest.WantVerdict(t, r, report.Free, report.HandingOver)
			released := time.Now()
			acquire(t, second)
			h := p.told(t, 1)
			wantHandoff(t, h, p.dir, first, second, false)
			if h.AtMost || h.Gap < h.Acquired.Sub(released) {
				t.Errorf("a gap of %v, acquired %v after the release", h.Gap, h.Acquired.Sub(released))
			}
			const tick = 10 * time.Millisecond // of the kernel's clock, by which a file's time may be too early
			if since := p.untilHeldBy(t, second).Since; since.AtLeast || since.At.Before(released.Add(-tick)) {
				t.Errorf("held since %v, released at %v", since, released)
			}

			// What follows at once is told as well, more often than the directory is looked at.
			told, giver, taker := 1, second, first
			for range 10 {
				p.release(t, giver)
				acquire(t, taker)
				told++
				wantHandoff(t, p.told(t, told), p.dir, giver, taker, false)
				giver, taker = taker, giver
			}

			p.release(t, giver)
			acquire(t, giver)
			told++
			wantHandoff(t, p.told(t, told), p.dir, giver, giver, true)

			// A successor that dies gives it back.
			p.release(t, giver)
			acquire(t, taker)
			told++
			wantHandoff(t, p.told(t, told), p.dir, giver, taker, false)
			p.untilHeldBy(t, taker)
			taker.Kill()
			p.w.untilState(t, p.dir, report.Stale)
			acquire(t, giver)
			told++
			wantHandoff(t, p.told(t, told), p.dir, taker, giver, true)
			p.wantTold(t, told)
		})
	}
}

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

// A hand-off between containers, whose pidfiles both name 1, is told with the PIDs that the two have here.
func TestHandoffOfContainers(t *testing.T) {
	hosttest.NeedRoot(t, "make namespaces")
	root := t.TempDir()
	world := locktest.TestWorld(t)
	site, err := world.Play(filepath.Join(root, "kv"), locktest.Containers[0])
	if err != nil {
		t.Skip("needs PID namespaces: ", err)
	}
	p := &passing{world: world, dir: site.Dir, owner: site.Procs[0], w: watchEvents(t, root)}
	p.w.untilState(t, p.dir, report.Held)
	next, err := world.Contained(p.dir)
	if err != nil {
		t.Fatal(err)
	}
	p.release(t, p.owner)
	hosttest.WantVerdict(t, p.w.untilState(t, p.dir, report.Free), report.Free, report.HandingOver)
	acquire(t, next)
	wantHandoff(t, p.told(t, 1), p.dir, p.owner, next, false)
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

// Who had the lock at the last look may have it no more, where something was not told since, or was told of
// another directory.
func TestOwnerIsUnknown(t *testing.T) {
	watch, other := &notify.Watch{}, &notify.Watch{}
	entries := []notify.Entry{{Name: lock.DefaultNames.Pidfile, Change: notify.Deleted, When: read(10)}}
	for name, test := range map[string]struct {
		event notify.DirEvent
		moved bool
		lost  time.Time
		known bool
	}{
		"known":                         {event: notify.DirEvent{Watch: watch, Entries: entries}, lost: at(-10), known: true},
		"cut":                           {event: notify.DirEvent{Watch: watch, Entries: entries, Cut: true}},
		"lost":                          {event: notify.DirEvent{Watch: watch, Entries: entries, Lost: notify.Noisy}},
		"of another directory":          {event: notify.DirEvent{Watch: other, Entries: entries}},
		"something moved before":        {event: notify.DirEvent{Watch: watch, Entries: entries}, moved: true},
		"something was lost since then": {event: notify.DirEvent{Watch: watch, Entries: entries}, lost: at(5)},
	} {
		rec := &record{watch: watch}
		rec.apply(lookedAt(0, func(ev *report.Evidence) { named(ev); ev.Process = lock.ProcessAlive }))
		if test.moved {
			rec.noteMove(at(5))
		}
		rec.noteEntries(lock.DefaultNames, test.event, test.lost)
		if known := rec.handover != nil && rec.handover.owner != nil; known != test.known {
			t.Errorf("%s: known %t, want %t", name, known, test.known)
		}
	}
}

// A hand-off of a directory that two paths lead to is told once, by the first of them, also where the second has
// come since the last walk.
func TestHandoffByTwoPaths(t *testing.T) {
	at := func(path string, dir lock.FileID) *record {
		return &record{path: path, report: &report.Report{Evidence: report.Evidence{Evidence: lock.Evidence{Dir: dir}}}, handover: &handover{}}
	}
	for _, test := range []struct {
		before, now *record
		kept        [2]bool
	}{
		{nil, at("/srv/a", dirID(7)), [2]bool{false, true}},
		{at("/srv/a", dirID(7)), at("/srv/b", dirID(8)), [2]bool{true, true}},
		{at("/srv/a", dirID(7)), at("/srv/b", dirID(7)), [2]bool{true, false}},
		{at("/srv/b", dirID(7)), at("/srv/a", dirID(7)), [2]bool{false, true}},
		{at("/srv/a", lock.FileID{}), at("/srv/b", lock.FileID{}), [2]bool{true, true}}, // unknown
	} {
		test.now.leaveToTwin(test.before)
		got := [2]bool{test.before != nil && test.before.handover != nil, test.now.handover != nil}
		if got != test.kept {
			t.Errorf("%s after %v: kept %v, want %v", test.now.path, test.before, got, test.kept)
		}
	}
}

// A script with flock(1) writes its pidfile in place, after it has made it: what is handed to it is told too.
func TestHandoffToScript(t *testing.T) {
	p := newPassing(t, t.TempDir())
	script := exec.Command("sh", "-c", `exec 9>>.handoff.lock; flock -n 9 && : > .handoff.pidfile && read _ && echo $$ > .handoff.pidfile; read _`)
	script.Dir = p.dir
	in, err := script.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := exec.LookPath("flock"); err != nil {
		t.Skip(err)
	}
	p.release(t, p.owner)
	p.w.untilState(t, p.dir, report.Free)
	if err := script.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { in.Close(); script.Process.Kill(); script.Wait() })
	p.w.untilState(t, p.dir, report.Unnamed)
	if _, err := in.Write([]byte("\n")); err != nil {
		t.Fatal(err)
	}
	p.w.monitor.Observe() // to write in place makes no event
	p.untilHeldBy(t, &locktest.Proc{PID: script.Process.Pid})
	wantHandoff(t, p.told(t, 1), p.dir, p.owner, &locktest.Proc{PID: script.Process.Pid}, false)
}
