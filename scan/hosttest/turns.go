package hosttest

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// Alone waits until no other test on this machine is Beside others, and keeps them waiting until the end of this one. It
// is for tests that make every directory of the host look different, such as by an overlay whose layers cannot be told:
// the tests of several packages run at the same time.
func Alone(t *testing.T) { t.Helper(); takeTurns(t, unix.LOCK_EX) }

// Beside is for tests that others, which have to be Alone, would disturb.
func Beside(t *testing.T) { t.Helper(); takeTurns(t, unix.LOCK_SH) }

func takeTurns(t *testing.T, how int) {
	t.Helper()
	f, err := os.OpenFile(filepath.Join(os.TempDir(), "lockscope-test.turns"), os.O_RDWR|os.O_CREATE|unix.O_NOFOLLOW, 0o600)
	if os.IsPermission(err) {
		return // another user's: then the tests do not mount anything
	} else if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	for {
		if err := unix.Flock(int(f.Fd()), how); err == nil {
			return
		} else if err != unix.EINTR {
			t.Fatal(err)
		}
	}
}
