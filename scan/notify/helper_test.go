package notify

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"lockscope/lock"
	"lockscope/lock/locktest"
	"lockscope/scan/hosttest"
)

func TestMain(m *testing.M) {
	locktest.Main()
	os.Exit(m.Run())
}

// barrier is what the names of a listener's own files begin with.
const barrier = "barrier-"

// counts is for the names of the protocol.
func counts(name string) bool {
	n := lock.DefaultNames
	return name == n.Lock || name == n.Pidfile || strings.HasPrefix(name, barrier) ||
		strings.HasPrefix(name, n.Pidfile+".") && strings.HasSuffix(name, ".tmp")
}

// listener is who takes what a Source tells, and puts it together.
type listener struct {
	t testing.TB
	*Source
	heard            map[*Watch]*DirEvent
	ends             []ProcessEnd
	mounts, overflow time.Time

	dir   string // for barriers
	own   *Watch
	files int
}

// listen starts a Source, which is closed when the test ends.
func listen(t testing.TB, cfg Config, l limits) *listener {
	t.Helper()
	cfg.Counts = counts
	s, err := newSource(cfg, l)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return &listener{t: t, Source: s, heard: map[*Watch]*DirEvent{}}
}

// takeAll takes what there is.
func (l *listener) takeAll() {
	b := l.Take()
	for _, e := range b.Dirs {
		h := l.at(e.Watch)
		h.Entries = append(h.Entries, e.Entries...)
		h.Cut = h.Cut || e.Cut
		if !e.Moved.IsZero() {
			h.Moved = e.Moved
		}
		if e.Lost != 0 {
			h.Lost, h.LostAt, h.Until = e.Lost, e.LostAt, e.Until
		}
	}
	l.ends = append(l.ends, b.Ends...)
	if !b.Mounts.IsZero() {
		l.mounts = b.Mounts
	}
	if !b.Overflow.IsZero() {
		l.overflow = b.Overflow
	}
}

// isEmpty reports whether nothing happened.
func (b Batch) isEmpty() bool {
	return len(b.Dirs)+len(b.Ends) == 0 && b.Mounts.IsZero() && b.Overflow.IsZero()
}

// at is what was told of a watch so far.
func (l *listener) at(w *Watch) *DirEvent {
	if l.heard[w] == nil {
		l.heard[w] = &DirEvent{Watch: w}
	}
	return l.heard[w]
}

// until takes what is told until something is so.
func (l *listener) until(what string, isSo func() bool) {
	l.t.Helper()
	deadline := time.After(hosttest.Patience)
	for l.takeAll(); !isSo(); l.takeAll() {
		select {
		case <-l.Ready():
		case <-deadline:
			l.t.Fatalf("it never came that %s", what)
		}
	}
}

// catchUp takes everything that happened in directories up to now: the queue is in order.
func (l *listener) catchUp() {
	l.t.Helper()
	if l.own == nil {
		l.dir = l.t.TempDir()
		l.own = l.watch(l.dir, Data)
	}
	l.files++
	name := fmt.Sprint(barrier, l.files)
	hosttest.WriteFile(l.t.(*testing.T), filepath.Join(l.dir, name), "")
	l.until("the barrier is told", func() bool {
		return slices.ContainsFunc(l.at(l.own).Entries, func(e Entry) bool { return e.Name == name })
	})
}

// watch watches a directory by a descriptor that is closed at once.
func (l *listener) watch(dir string, kind Kind) *Watch {
	l.t.Helper()
	w, err := l.tryWatch(dir, kind)
	if err != nil {
		l.t.Fatal(err)
	}
	return w
}

func (l *listener) tryWatch(dir string, kind Kind) (*Watch, error) {
	l.t.Helper()
	fd := openPath(l.t, dir)
	defer unix.Close(fd)
	return l.Watch(fd, kind, dir)
}

func openPath(t testing.TB, dir string) (fd int) {
	t.Helper()
	fd, err := unix.Open(dir, unix.O_PATH|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	return fd
}

// told is the entries that were told of a watch, such as "created .handoff.lock".
func (l *listener) told(w *Watch) (told []string) {
	for _, e := range l.at(w).Entries {
		told = append(told, fmt.Sprint(e.Change, " ", e.Name))
	}
	return told
}

func (l *listener) expect(w *Watch, want ...string) {
	l.t.Helper()
	if got := l.told(w); !slices.Equal(got, want) {
		l.t.Errorf("told of %v:\n%q, want\n%q", w.Key, got, want)
	}
}

// refusal is why something was refused.
func refusal(t testing.TB, err error) *RefusedError {
	t.Helper()
	refused, ok := err.(*RefusedError)
	if !ok {
		t.Fatalf("got %v, want a *RefusedError", err)
	}
	return refused
}

func try(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
