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
