package find

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"lockscope/lock"
	"lockscope/scan/hosttest"
)

// dirent is one entry as getdents64(2) returns it.
func dirent(name string, typ byte) []byte {
	b := make([]byte, (19+len(name)+1+7)&^7)
	binary.NativeEndian.PutUint16(b[16:], uint16(len(b)))
	b[18] = typ
	copy(b[19:], name)
	return b
}

func TestNextDirent(t *testing.T) {
	long := strings.Repeat("n", 255)
	entries := slices.Concat(dirent(".", unix.DT_DIR), dirent("new\nline", unix.DT_DIR), dirent("\xff", unix.DT_LNK), dirent(long, unix.DT_UNKNOWN))
	var got []string
	for len(entries) > 0 {
		name, typ, rest := nextDirent(entries)
		got = append(got, fmt.Sprintf("%s %d", name, typ))
		entries = rest
	}
	want := []string{". 4", "new\nline 4", "\xff 10", long + " 0"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestIsLast(t *testing.T) {
	for offset, want := range map[uint64]bool{
		0: false, 1: false, math.MaxInt32 - 1: false, math.MaxInt32: true, math.MaxInt32 + 1: false,
		math.MaxUint32: false, math.MaxInt64 - 1: false, math.MaxInt64: true, math.MaxUint64: false,
	} {
		entry := dirent("name", unix.DT_DIR)
		binary.NativeEndian.PutUint64(entry[8:], offset)
		if got := isLast(entry); got != want {
			t.Errorf("offset %#x: %t", offset, got)
		}
	}
	if isLast(dirent("name", unix.DT_DIR)[:direntHeader-1]) {
		t.Error("half an entry is taken for the last")
	}
}

// Whatever a file system returns, taking it apart comes to an end, and
// nothing is read twice or from beyond it.
func FuzzNextDirent(f *testing.F) {
	f.Add(slices.Concat(dirent("a", unix.DT_DIR), dirent(".handoff.pidfile", unix.DT_REG)))
	f.Add(dirent("cut", unix.DT_DIR)[:20])
	f.Add(bytes.Repeat([]byte{0}, 64))
	f.Add(bytes.Repeat([]byte{0xff}, 64))
	f.Fuzz(func(t *testing.T, entries []byte) {
		for len(entries) > 0 {
			name, _, rest := nextDirent(entries)
			if len(rest) >= len(entries) {
				t.Fatalf("%d bytes, and %d left", len(entries), len(rest))
			}
			if len(name)+len(rest)+19 > len(entries) && len(name) > 0 || bytes.IndexByte(name, 0) >= 0 {
				t.Fatalf("name %q of %q", name, entries)
			}
			if !bytes.HasSuffix(entries, rest) {
				t.Fatalf("%q is not what is left of %q", rest, entries)
			}
			entries = rest
		}
	})
}

// A listing has the sub-directories, whatever they are called, and nothing else.
func TestList(t *testing.T) {
	for place, dir := range hosttest.Places(t) {
		want := []string{"a", " ", "-rf", "new\nline", "\x1b[2J", "\xff\xfe", strings.Repeat("n", 255), "..."}
		for _, name := range want {
			if err := os.Mkdir(filepath.Join(dir, name), 0o755); err != nil {
				t.Fatal(err)
			}
		}
		hosttest.WriteFile(t, filepath.Join(dir, "file"), "")
		if err := os.Symlink("a", filepath.Join(dir, "link")); err != nil {
			t.Fatal(err)
		}
		if err := unix.Mkfifo(filepath.Join(dir, "fifo"), 0o644); err != nil {
			t.Fatal(err)
		}
		for _, pidfile := range []string{"file", "link", "fifo", "missing"} {
			l := listDir(t, dir, pidfile)
			slices.Sort(l.dirs)
			slices.Sort(want)
			if !slices.Equal(l.dirs, want) {
				t.Errorf("%s: %q, want %q", place, l.dirs, want)
			}
			if l.hasPidfile != (pidfile != "missing") {
				t.Errorf("%s: pidfile %s: %t", place, pidfile, l.hasPidfile)
			}
		}
	}
}

func TestListError(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	hosttest.WriteFile(t, path, "")
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	if l, err := list(fd, lock.DefaultNames); err != unix.ENOTDIR {
		t.Errorf("%v, %v", l, err)
	}
}

func listDir(t *testing.T, dir, pidfile string) listing {
	t.Helper()
	fd, err := unix.Open(dir, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	l, err := list(fd, lock.Names{Lock: "l", Pidfile: pidfile})
	if err != nil {
		t.Fatal(err)
	}
	return l
}
