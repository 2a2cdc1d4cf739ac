package notify

import (
	"encoding/binary"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// raw is an event as the kernel writes it.
func raw(wd int32, mask, cookie uint32, name string, padding int) []byte {
	b := binary.NativeEndian.AppendUint32(nil, uint32(wd))
	b = binary.NativeEndian.AppendUint32(b, mask)
	b = binary.NativeEndian.AppendUint32(b, cookie)
	b = binary.NativeEndian.AppendUint32(b, uint32(len(name)+padding))
	return append(append(b, name...), make([]byte, padding)...)
}

func TestParse(t *testing.T) {
	long := strings.Repeat("x", 255)
	buf := slices.Concat(
		raw(1, unix.IN_CREATE, 0, ".handoff.lock", 3),
		raw(-1, unix.IN_Q_OVERFLOW, 0, "", 0),
		raw(2, unix.IN_MOVED_TO|unix.IN_ISDIR, 7, "a\n\x1b[2J\xff", 9),
		raw(3, unix.IN_DELETE, 0, long, 1),
		raw(4, unix.IN_DELETE_SELF, 0, "", 0),
	)
	type told struct {
		wd     int32
		change Change
		isDir  bool
		cookie uint32
		name   string
	}
	want := []told{
		{1, Created, false, 0, ".handoff.lock"}, {-1, 0, false, 0, ""}, {2, MovedTo, true, 7, "a\n\x1b[2J\xff"},
		{3, Deleted, false, 0, long}, {4, 0, false, 0, ""},
	}
	var got []told
	whole := parseEvents(buf, func(e event) {
		got = append(got, told{e.wd, e.change(), e.isDir(), e.cookie, string(e.name)})
	})
	if !whole || !slices.Equal(got, want) {
		t.Errorf("got %v, whole %v, want %v", got, whole, want)
	}
	for n := range buf { // cut short anywhere, it tells a beginning of that
		got = nil
		whole := parseEvents(buf[:n], func(e event) {
			got = append(got, told{e.wd, e.change(), e.isDir(), e.cookie, string(e.name)})
		})
		if len(got) >= len(want) || !slices.Equal(got, want[:len(got)]) {
			t.Fatalf("of %d bytes: got %v", n, got)
		}
		read := 0
		for _, e := range []int{16 + 16, 16, 16 + 16, 16 + 256, 16}[:len(got)] {
			read += e
		}
		if whole != (read == n) {
			t.Fatalf("of %d bytes, %d were events: whole is %v", n, read, whole)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(raw(1, unix.IN_CREATE, 0, ".handoff.pidfile.tmp", 12))
	f.Add(slices.Concat(raw(-1, unix.IN_Q_OVERFLOW, 0, "", 0), raw(2, unix.IN_IGNORED, 0, "", 0)))
	f.Add(raw(1, unix.IN_MOVED_FROM|unix.IN_ISDIR, 9, "\x00\x00name", 0))
	f.Add(binary.NativeEndian.AppendUint32(make([]byte, 12), 1<<32-1))
	f.Fuzz(func(t *testing.T, buf []byte) {
		// A Source without a reader, and with two watches, is given it.
		s := &Source{counts: func(name string) bool { return len(name)%2 == 0 }, limits: hostLimits(), inotify: -1, ready: make(chan struct{}, 1)}
		a, b := &mark{wd: 1}, &mark{wd: 2}
		a.add(&Watch{kind: Data})
		b.add(&Watch{kind: Passed})
		s.watches = watches{marks: map[int32]*mark{1: a, 2: b}, passed: 1, load: load{limits: &s.limits, noisy: map[inode]backoff{}}}
		events, size := 0, 0
		whole := parseEvents(buf, func(e event) {
			events++
			size += unix.SizeofInotifyEvent + len(e.name)
			if strings.ContainsRune(string(e.name), 0) {
				t.Errorf("a NUL in %q", e.name)
			}
		})
		if size > len(buf) || whole && events == 0 && len(buf) > 0 {
			t.Errorf("%d events of %d bytes, of %d, whole %v", events, size, len(buf), whole)
		}
		s.entriesChanged(buf, Moment{At: s.began})
		batch := s.Take()
		if s.stats.Events != events || !whole && batch.Overflow.IsZero() && s.stats.Overflows == 0 {
			t.Errorf("%d events, whole %v: %+v", events, whole, s.stats)
		}
		for _, e := range batch.Dirs {
			if e.isEmpty() || len(e.Entries) > mostEntries {
				t.Errorf("told %+v", e)
			}
		}
		if want := len(s.watches.marks); want > 2 || s.watches.passed < 0 || s.watches.passed > 1 {
			t.Errorf("%d marks, %d passed through", want, s.watches.passed)
		}
		if again := s.Take(); !again.isEmpty() {
			t.Errorf("told again: %+v", again)
		}
	})
}
