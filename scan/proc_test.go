package scan

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"lockscope/lock"
)

// heldHere is a lock file that the test itself holds.
type heldHere struct {
	fdinfo string
	ino    uint64
	pid    int
}

func holdHere(t *testing.T, dir string) heldHere {
	t.Helper()
	f, err := os.Create(filepath.Join(dir, lock.DefaultNames.Lock))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	fd := int(f.Fd())
	var st unix.Stat_t
	if err := unix.Flock(fd, unix.LOCK_EX|unix.LOCK_NB); err != nil {
		t.Fatal(err)
	}
	if err := unix.Fstat(fd, &st); err != nil {
		t.Fatal(err)
	}
	return heldHere{fmt.Sprintf("/proc/self/fdinfo/%d", fd), st.Ino, os.Getpid()}
}

func readProc(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestParseStatus(t *testing.T) {
	for _, tt := range []struct {
		name, text, uid string
		nspid           int
	}{
		{"host", "Name:\tkvd\nUid:\t1000\t1001\t1002\t1003\nNSpid:\t8121\n", "1001", 8121},
		{"container", "Name:\tkvd\nUid:\t0\t0\t0\t0\nNSpid:\t8121\t17\t1\n", "0", 1},
		{"a name like a field", "Name:\tUid:\\n\nUmask:\t0022\nUid:\t7\t8\t9\t10\nNSpid:\t5\n", "8", 5},
		{"before Linux 4.1", "Name:\tkvd\nUid:\t7\t8\t9\t10\n", "8", 0},
		{"nothing of use", "Name:\tkvd\nUid:\t7\nNSpid:\n", "", 0},
		{"no number", "Uid:\t7\t8\nNSpid:\tx\n", "8", 0},
		{"cut short", "Uid:\t7\t8", "8", 0},
		{"gone", "", "", 0},
	} {
		if uid, nspid := parseStatus([]byte(tt.text)); uid != tt.uid || nspid != tt.nspid {
			t.Errorf("%s: %q, %d; want %q, %d", tt.name, uid, nspid, tt.uid, tt.nspid)
		}
	}
}

// Only the kernel's own line counts: what a process calls itself is escaped
// there, and begins no line.
func FuzzParseStatus(f *testing.F) {
	f.Add([]byte("Name:\tkvd\nUid:\t1000\t1001\t1002\t1003\nNSpid:\t8121\t1\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		uid, nspid := parseStatus(text)
		if uid != "" && !strings.Contains(string(text), "Uid:") || nspid != 0 && !strings.Contains(string(text), "NSpid:") {
			t.Errorf("%q read as %q, %d", text, uid, nspid)
		}
	})
}

// A process is described as it is, and again as it was described before.
func TestDescribe(t *testing.T) {
	id, state, err := lock.FindProcess(os.Getpid())
	if err != nil || state != lock.ProcessAlive {
		t.Fatal(state, err)
	}
	d := newDescriber()
	p := d.describe(id)
	if p.PID != os.Getpid() || p.Ticks != id.Ticks || p.Started.IsZero() {
		t.Errorf("%+v", p)
	}
	if want := strings.Join(os.Args, " "); p.Command != want[:min(len(want), maxCommand)] {
		t.Errorf("command %q, want %q", p.Command, want)
	}
	if want := fmt.Sprint(os.Geteuid()); p.User == "" || p.User == want && os.Geteuid() == 0 {
		t.Errorf("user %q of number %s", p.User, want)
	}
	if again := d.describe(id); again != p {
		t.Error("asked again")
	}
	d.keep(map[lock.Process]bool{})
	if again := d.describe(id); again == p {
		t.Error("remembered after it was no longer in use")
	}
}
