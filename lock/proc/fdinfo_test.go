package proc

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func TestParseFDInfo(t *testing.T) {
	const head = "pos:\t0\nflags:\t02100002\nmnt_id:\t29\nino:\t9977869\n"
	flock := Lock{Flock, 2201, unix.Mkdev(0xfe, 0), 9977869}
	want := FDInfo{Ino: 9977869, MountID: 29, Flock: flock}
	for _, tt := range []struct {
		name, text string
		want       FDInfo
	}{
		{"held", head + "lock:\t1: FLOCK  ADVISORY  WRITE 2201 fe:00:9977869 0 EOF\n", want},
		{"beside a lock of another kind", head + "lock:\t3: FLOCK  ADVISORY  WRITE 2201 fe:00:9977869 0 EOF\n" +
			"lock:\t2: POSIX  ADVISORY  WRITE 77 fe:00:9977869 0 EOF\n", FDInfo{9977869, 29, flock, Lock{Posix, 77, flock.Dev, 9977869}}},
		{"a lock of another kind", head + "lock:\t1: OFDLCK ADVISORY  WRITE -1 fe:00:9977869 0 EOF\n",
			FDInfo{Ino: 9977869, MountID: 29, Other: Lock{OFD, 0, flock.Dev, 9977869}}},
		{"last line cut short of its newline", head + "lock:\t1: FLOCK  ADVISORY  WRITE 2201 fe:00:9977869 0 EOF", want},
		{"before Linux 5.14", "pos:\t0\nlock:\t1: FLOCK  ADVISORY  WRITE 2201 fe:00:9977869 0 EOF\n", FDInfo{Flock: flock}},
		{"not locked", head, FDInfo{Ino: 9977869, MountID: 29}},
		{"leased", head + "lock:\t1: LEASE  ACTIVE    WRITE 2201 fe:00:9977869 0 EOF\n", FDInfo{Ino: 9977869, MountID: 29}},
		{"waiting", head + "lock:\t1: -> FLOCK  ADVISORY  WRITE 2201 fe:00:9977869 0 EOF\n", FDInfo{Ino: 9977869, MountID: 29}},
		{"a lock line that is none", head + "clock:\t1: FLOCK  ADVISORY  WRITE 2201 fe:00:9977869 0 EOF\n", FDInfo{Ino: 9977869, MountID: 29}},
		{"an inode number that is none", "ino:\t-1\n", FDInfo{}},
		{"empty", "", FDInfo{}},
	} {
		if got := ParseFDInfo([]byte(tt.text)); got != tt.want {
			t.Errorf("%s: %+v, want %+v", tt.name, got, tt.want)
		}
	}
}

func TestFDInfo(t *testing.T) {
	task := fixture(t).Task(1)
	sda := unix.Mkdev(8, 1)
	want := map[int]FDInfo{
		3:  {Ino: 9977869, MountID: 32, Flock: Lock{Flock, 1, sda, 9977869}},
		4:  {Ino: 12, MountID: 32},
		12: {Other: Lock{Posix, 1, unix.Mkdev(0, 0x28), 7}}, // before Linux 5.14
		99: {},
	}
	var fds []int
	for fd, want := range want {
		fds = append(fds, fd)
		if got := task.FDInfo(fd); got != want {
			t.Errorf("descriptor %d: %+v, want %+v", fd, got, want)
		}
	}
	var read []int
	err := task.FDInfos(fds, func(fd int, info FDInfo, err error) {
		read = append(read, fd)
		if info != want[fd] || (err != nil) != (fd == 99) || err != nil && !IsGone(err) {
			t.Errorf("descriptor %d of many: %+v, %v", fd, info, err)
		}
	})
	if err != nil || !slices.Equal(read, fds) {
		t.Errorf("%v were read, of %v (%v)", read, fds, err)
	}
	err = Task("/nobody").FDInfos(fds, func(fd int, _ FDInfo, _ error) { t.Errorf("nobody has descriptor %d", fd) })
	if !IsGone(err) {
		t.Errorf("of nobody: %v", err)
	}
}

// The locks in an fdinfo are among its lock lines, as the parser of the table reads them.
func FuzzParseFDInfo(f *testing.F) {
	f.Add([]byte("pos:\t0\nlock:\t1: FLOCK  ADVISORY  WRITE 2201 fe:00:9977869 0 EOF\n"))
	f.Add([]byte("lock:1: -> FLOCK\nlock:\t3: OFDLCK ADVISORY  READ -1 00:06:1028 0 EOF\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		info := ParseFDInfo(text)
		if info.Flock.Kind != Flock && info.Flock != (Lock{}) || info.Other.Kind == Flock {
			t.Errorf("locks of the wrong kind: %+v", info)
		}
		found := map[Lock]bool{{}: true}
		for line := range strings.Lines(string(text)) {
			l, _ := ParseLock([]byte(strings.TrimPrefix(line, "lock:")))
			found[l] = true
		}
		if found[info.Flock] && found[info.Other] {
			return
		}
		t.Errorf("%q read as %+v", text, info)
	})
}
