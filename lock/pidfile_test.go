//go:build linux

package lock_test

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"golang.org/x/sys/unix"

	"lockscope/lock"
)

func TestParsePID(t *testing.T) {
	const empty, malformed, named = lock.PidfileEmpty, lock.PidfileMalformed, lock.PidfileNamed
	for _, test := range []struct {
		text  string
		pid   int
		state lock.PidfileState
	}{
		{"1\n", 1, named},
		{"12", 12, named},
		{"+12\n", 12, named},
		{"00012\n", 12, named},
		{"\t\v\f\r\n 12 \n\n", 12, named},
		{"\u00a0\u1680\u2003\u2028\u202f\u205f\u300012\u0085", 12, named}, // White_Space, all of it
		{"2147483647\n", 2147483647, named},
		{strings.Repeat("0", 61) + "12\n", 12, named}, // 64 bytes
		{strings.Repeat(" ", 62) + "12", 12, named},

		{"", 0, empty},
		{"\n", 0, empty},
		{" \t\u2003\n", 0, empty},
		{strings.Repeat("\n", 64), 0, empty},

		{"0\n", 0, malformed},
		{"-0\n", 0, malformed},
		{"-1\n", 0, malformed},
		{"-12\n", 0, malformed},
		{"2147483648\n", 0, malformed},
		{"-2147483648\n", 0, malformed},
		{"18446744073709551628\n", 0, malformed}, // 12 modulo 2^64
		{"4294967308\n", 0, malformed},           // 12 modulo 2^32
		{"12 13\n", 0, malformed},
		{"12\n13\n", 0, malformed},
		{"1_2\n", 0, malformed},
		{"0x12\n", 0, malformed},
		{"1e3\n", 0, malformed},
		{"12.0\n", 0, malformed},
		{"+ 12\n", 0, malformed},
		{"++12\n", 0, malformed},
		{"+\n", 0, malformed},
		{"12\x00", 0, malformed},
		{"\x0012", 0, malformed},
		{"\x00", 0, malformed},
		{"12\xff\n", 0, malformed},
		{"12\x85", 0, malformed},     // U+0085 is two bytes in UTF-8
		{"\ufeff12\n", 0, malformed}, // not white space: a byte order mark
		{"12\u200b\n", 0, malformed}, // nor this
		{"١٢\n", 0, malformed},
		{"pid 12\n", 0, malformed},
		{strings.Repeat("0", 62) + "12\n", 0, malformed}, // 65 bytes
		{"12" + strings.Repeat("\n", 63), 0, malformed},
		{strings.Repeat("\n", 65), 0, malformed},
	} {
		if pid, state := lock.ParsePID(test.text); pid != test.pid || state != test.state {
			t.Errorf("ParsePID(%q) = %d, %v, want %d, %v", test.text, pid, state, test.pid, test.state)
		}
	}
}

func FuzzParsePID(f *testing.F) {
	for _, seed := range []string{"", "12\n", "+12", "-1", "\u2003 7", "2147483648", "1\x00", strings.Repeat("1", 65)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		pid, state := lock.ParsePID(text)
		if (pid > 0) != (state == lock.PidfileNamed) || pid < 0 || pid > deadPID {
			t.Fatalf("ParsePID(%q) = %d, %v", text, pid, state)
		}
		if state != lock.PidfileNamed {
			return
		}
		if len(text) > 64 || !utf8.ValidString(text) {
			t.Fatalf("ParsePID(%q) = %d: the text is too long or not UTF-8", text, pid)
		}
		digits := strings.TrimLeft(strings.TrimPrefix(strings.TrimSpace(text), "+"), "0")
		if digits != strconv.Itoa(pid) {
			t.Fatalf("ParsePID(%q) = %d, but its digits are %q", text, pid, digits)
		}
		if again, _ := lock.ParsePID(fmt.Sprintln(pid)); again != pid {
			t.Fatalf("ParsePID of what names %d gives %d", pid, again)
		}
	})
}

func TestPidfile(t *testing.T) {
	for name, test := range map[string]struct {
		text string
		want lock.Pidfile
	}{
		"named":     {"42\n", lock.Pidfile{State: lock.PidfileNamed, PID: 42}},
		"empty":     {"", lock.Pidfile{State: lock.PidfileEmpty}},
		"malformed": {"-1\n", lock.Pidfile{State: lock.PidfileMalformed}},
		"64 bytes":  {strings.Repeat(" ", 61) + "42\n", lock.Pidfile{State: lock.PidfileNamed, PID: 42}},
		"65 bytes":  {strings.Repeat(" ", 62) + "42\n", lock.Pidfile{State: lock.PidfileMalformed}},
	} {
		t.Run(name, func(t *testing.T) {
			d := openDir(t, t.TempDir())
			test.want.Text, test.want.ID = test.text, write(t, d.Path(), pidfile, test.text)
			if got := d.Pidfile(); got != test.want {
				t.Errorf("%+v, want %+v", got, test.want)
			}
			if got, err := d.PidfileID(); got != test.want.ID || err != nil {
				t.Errorf("PidfileID %+v, %v, want %+v", got, err, test.want.ID)
			}
		})
	}
	t.Run("missing", func(t *testing.T) {
		d := openDir(t, t.TempDir())
		id, err := d.PidfileID()
		if got := d.Pidfile(); got != (lock.Pidfile{State: lock.PidfileMissing}) || id != (lock.FileID{}) || err != nil {
			t.Errorf("%+v, %+v, %v", got, id, err)
		}
	})
}

// A huge pidfile takes no longer to read than a small one, and its start is not taken for the
// whole.
func TestPidfileHuge(t *testing.T) {
	d := openDir(t, t.TempDir())
	write(t, d.Path(), pidfile, "1234"+strings.Repeat(" ", 60))
	if err := os.Truncate(filepath.Join(d.Path(), pidfile), 10<<30); err != nil {
		t.Skipf("no sparse file of 10 GB here: %v", err)
	}
	got := d.Pidfile()
	if got.State != lock.PidfileMalformed || got.PID != 0 || len(got.Text) != 65 || got.ID.Size != 10<<30 {
		t.Errorf("%+v", got)
	}
}

func TestPidfileUnreadable(t *testing.T) {
	d := openDir(t, t.TempDir())
	write(t, d.Path(), pidfile, "42\n")
	chmod(t, filepath.Join(d.Path(), pidfile), 0)
	asNobody(t)
	got := d.Pidfile()
	if got.State != lock.PidfileUnreadable || got.PID != 0 || !errors.Is(got.Err, os.ErrPermission) {
		t.Errorf("%+v", got)
	}
	wantPathError(t, got.Err, "open", filepath.Join(d.Path(), pidfile))
}

// If an acquire replaces the pidfile while it is read, the result is the old or the new one.
func TestPidfileReplacedMeanwhile(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, pidfile, "1\n")
	done := make(chan struct{})
	var replacing sync.WaitGroup
	defer replacing.Wait()
	defer close(done)
	replacing.Go(func() {
		for n := 2; ; n++ {
			select {
			case <-done:
				return
			default:
			}
			temp := filepath.Join(dir, tempfile)
			if os.WriteFile(temp, fmt.Appendln(nil, n), 0o644) != nil || os.Rename(temp, filepath.Join(dir, pidfile)) != nil {
				t.Error("the pidfile cannot be replaced")
				return
			}
		}
	})
	d := openDir(t, dir)
	for range 20_000 {
		if got := d.Pidfile(); got.State != lock.PidfileNamed {
			t.Fatalf("%+v", got)
		}
	}
}

// A pidfile that cannot be opened has an identity. Without one, Inspect would never find it
// unchanged, and would probe the lock ten times.
func TestPidfileUnreadableHasAnIdentity(t *testing.T) {
	needRoot(t, "give up rights")
	dir := publicDir(t)
	write(t, dir, lockfile, "")
	is := write(t, dir, pidfile, "42\n")
	chmod(t, filepath.Join(dir, pidfile), 0)
	asNobody(t)
	if got := openDir(t, dir).Pidfile(); got.ID != is {
		t.Errorf("%+v, want %+v", got.ID, is)
	}
}

func TestFormatPID(t *testing.T) {
	for _, pid := range []int{1, 10, 4194304, 1<<31 - 1} {
		if got, state := lock.ParsePID(lock.FormatPID(pid)); got != pid || state != lock.PidfileNamed {
			t.Errorf("ParsePID(%q) = %d, %v", lock.FormatPID(pid), got, state)
		}
	}
}

// A time that does not fit is the last or the first that does, and not one in between that looks credible.
func TestPidfileOfAnyTime(t *testing.T) {
	dir, err := os.MkdirTemp("/dev/shm", "lockscope-test-") // tmpfs takes any
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	d := openDir(t, dir)
	write(t, dir, pidfile, "5\n")
	for sec, want := range map[int64]int64{0: 1, -1: 1 - 1e9, 1 << 33: 1<<33*1e9 + 1, 15032385535: math.MaxInt64, 1 << 62: math.MaxInt64, -1 << 40: math.MinInt64} {
		at := unix.Timespec{Sec: sec, Nsec: 1}
		if err := unix.UtimesNanoAt(unix.AT_FDCWD, filepath.Join(dir, pidfile), []unix.Timespec{at, at}, 0); err != nil {
			t.Fatal(err)
		}
		if id, err := d.PidfileID(); err != nil || id.MTime != want {
			t.Errorf("%d s: %d, want %d (%v)", sec, id.MTime, want, err)
		}
	}
}
