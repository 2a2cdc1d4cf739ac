package scan

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"lockscope/lock/locktest"
	"lockscope/scan/hosttest"
	"lockscope/scan/observe"
	"lockscope/scan/report"
)

// listening returns a Monitor that listens to events as Run does, and has begun a round. No round goes on
// but what the test does.
func listening(t *testing.T, root string) *round {
	t.Helper()
	m := New(Config{Roots: []string{root}, MaxDepth: -1, Interval: time.Hour, Timeout: hosttest.Patience})
	t.Cleanup(m.begin(func(report.Update) {}))
	t.Cleanup(m.listen())
	return m.newRound(batch{walk: true, all: true})
}

// lookAt looks at a directory as a walk does, and does not apply what it sees.
func (r *round) lookAt(t *testing.T, dir string) seen {
	t.Helper()
	d, err := r.m.cfg.Names.OpenDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	p := r.planFor(dir)
	p.waitForTable = true
	s := r.observe(filepath.Dir(dir), dir, d, d.LockFile(), p)
	if s.report == nil || s.watch == nil {
		t.Fatalf("%+v", s)
	}
	return s
}

// locked does something with what the Monitor's mu guards.
func (m *Monitor) locked(is func() bool) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return is()
}

// What happens after a new directory was looked at, and before it has a record, is not lost.
func TestEventBeforeRecord(t *testing.T) {
	root := hosttest.Tree(t, "kv")
	dir := filepath.Join(root, "kv")
	r := listening(t, root)
	m := r.m
	s := r.lookAt(t, dir)
	hosttest.MakeStale(t, dir)
	hosttest.Eventually(t, "the event was taken", func() bool { return m.locked(func() bool { return m.events.moved[dir] }) })
	r.apply(s)
	if !m.locked(func() bool { _, noted := m.agenda.moved[m.records.find(dir)]; return noted }) {
		t.Error("it is not looked at again")
	}
}

// A watch that is lost before the look that began it is applied watches nothing: the directory is polled.
func TestWatchLostBeforeItIsKept(t *testing.T) {
	root := hosttest.Tree(t, "kv")
	dir := filepath.Join(root, "kv")
	r := listening(t, root)
	m := r.m
	for _, known := range []bool{false, true} {
		if known {
			s := r.lookAt(t, hosttest.MakeStale(t, dir))
			r.apply(s)
		}
		s := r.lookAt(t, dir)
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
		hosttest.Eventually(t, "the loss was taken", func() bool { return m.locked(func() bool { return m.events.lost[s.watch] }) })
		r.apply(s)
		if rec := m.records.find(dir); rec.watch != nil || rec.makesEvents() {
			t.Errorf("known %t: a watch that was lost is relied on", known)
		}
	}
}

// A look that needs the kernel's lock table, which another one reads just now, is made again later. It leaves
// no watch.
func TestNoWatchWithoutTable(t *testing.T) {
	root := hosttest.Tree(t, "kv")
	dir := filepath.Join(root, "kv")
	m := listening(t, root).m
	m.observer = observe.New(observe.Config{Names: m.cfg.Names, Probe: observe.ProbeNever, Timeout: hosttest.Patience})
	d, err := m.cfg.Names.OpenDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	hosttest.Eventually(t, "two looks meet at the table", func() (met bool) {
		r := m.newRound(batch{walk: true, all: true})
		looks := make(chan seen)
		for range 4 {
			go func() { looks <- r.observe(root, dir, d, d.LockFile(), plan{purpose: toLearn}) }()
		}
		for range 4 {
			s := <-looks
			if met = met || s.needsTable; !s.needsTable {
				m.events.unwatch(s.watch)
			}
		}
		return met
	})
	if now := m.events.source.Stats(); now.Watched != 0 {
		t.Errorf("%d are watched", now.Watched)
	}
}

// A directory that is removed while another look at it is being applied leaves no process followed.
func TestFollowedUntilRemoved(t *testing.T) {
	world, root := locktest.TestWorld(t), t.TempDir()
	site := play(t, world, root, locktest.HeldPlain)
	r := listening(t, root)
	m := r.m
	for range 50 {
		s := r.lookAt(t, site.Dir)
		removed := make(chan struct{})
		go func() {
			defer close(removed)
			for !m.remove(site.Dir) {
			}
		}()
		r.apply(s)
		<-removed
		if now := m.events.source.Stats(); now.Followed != 0 {
			t.Fatalf("%d are followed", now.Followed)
		}
	}
}

// What a walk could not read may be there later without an event: the next walk comes as soon as without events.
func TestTreeUnwatchedWhereUnread(t *testing.T) {
	root := hosttest.Tree(t, "kv")
	r := listening(t, root)
	visitor{r}.Failed(report.PathError{Path: root, Err: unix.EACCES})
	if !r.unwatched.Load() {
		t.Error("the next walk is put off, as if all were watched")
	}
}
