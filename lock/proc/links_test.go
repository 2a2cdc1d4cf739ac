package proc

import (
	"errors"
	"testing"

	"golang.org/x/sys/unix"
)

func TestOpenRoot(t *testing.T) {
	fd, err := fixture(t).Task(1).OpenRoot()
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	var got, want unix.Stat_t
	if err := errors.Join(unix.Fstat(fd, &got), unix.Stat("/", &want)); err != nil || got.Ino != want.Ino || got.Dev != want.Dev {
		t.Errorf("inode %d of device %d, want %d of %d (%v)", got.Ino, got.Dev, want.Ino, want.Dev, err)
	}
	if fd, err := Task("/nobody").OpenRoot(); !IsGone(err) || fd != -1 {
		t.Errorf("of nobody: %d, %v", fd, err)
	}
}
