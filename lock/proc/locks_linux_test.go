package proc

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// The parsers read what this host's kernel prints for a lock that is held.
func TestParseRealLock(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "lock"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	fd := int(f.Fd())
	var st unix.Stat_t
	if err := errors.Join(unix.Flock(fd, unix.LOCK_EX|unix.LOCK_NB), unix.Fstat(fd, &st)); err != nil {
		t.Fatal(err)
	}
	is := func(l Lock) bool { return l.Kind == Flock && l.Ino == st.Ino && l.PID == os.Getpid() }
	if info := Host.Self().FDInfo(fd); !is(info.Flock) {
		t.Errorf("fdinfo says %+v", info)
	}
	if locks, err := Host.Locks(time.Minute); err != nil || !slices.ContainsFunc(locks, is) {
		t.Errorf("no line of inode %d in the table (%v)", st.Ino, err)
	}
}

func TestLocks(t *testing.T) {
	f := fixture(t)
	want := []Lock{{Posix, 612, unix.Mkdev(0, 0x19), 1053}, {Flock, 1, unix.Mkdev(8, 1), 9977869}, {OFD, 0, unix.Mkdev(0, 6), 1028}}
	if locks, err := f.Locks(time.Minute); err != nil || !slices.Equal(locks, want) {
		t.Errorf("%+v, %v; want %+v", locks, err, want)
	}
	if locks, err := f.Locks(-time.Minute); !errors.Is(err, os.ErrDeadlineExceeded) || len(locks) > 0 {
		t.Errorf("after its time: %+v, %v", locks, err)
	}
	if locks, err := (f + "/1").Locks(time.Minute); !errors.Is(err, os.ErrNotExist) || locks != nil {
		t.Errorf("without a table: %+v, %v", locks, err)
	}
}
