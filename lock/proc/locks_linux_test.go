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
	if locks, err := locksOf(Host); err != nil || !slices.ContainsFunc(locks, is) {
		t.Errorf("no line of inode %d in the table (%v)", st.Ino, err)
	}
}

func locksOf(f FS) (locks []Lock, err error) {
	_, err = f.Locks(time.Minute, func(l Lock) { locks = append(locks, l) })
	return locks, err
}

func TestLocks(t *testing.T) {
	f := fixture(t)
	want := []Lock{{Posix, 612, unix.Mkdev(0, 0x19), 1053}, {Flock, 1, unix.Mkdev(8, 1), 9977869}, {OFD, 0, unix.Mkdev(0, 6), 1028}}
	if locks, err := locksOf(f); err != nil || !slices.Equal(locks, want) {
		t.Errorf("%+v, %v; want %+v", locks, err, want)
	}
	if _, err := f.Locks(-time.Minute, func(l Lock) { t.Errorf("after its time: %+v", l) }); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("after its time: %v", err)
	}
	if locks, err := locksOf(f + "/1"); !errors.Is(err, os.ErrNotExist) || locks != nil {
		t.Errorf("without a table: %+v, %v", locks, err)
	}
}
