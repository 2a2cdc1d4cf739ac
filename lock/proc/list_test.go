//go:build linux

package proc

import (
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// dirent is one entry as getdents64(2) returns it.
func dirent(name string) []byte {
	b := make([]byte, (direntHeader+len(name)+1+7)&^7)
	binary.NativeEndian.PutUint16(b[16:], uint16(len(b)))
	copy(b[direntHeader:], name)
	return b
}

// The numbers in a listing are found, whatever else is in it, and nothing beyond its end is read.
func FuzzAppendNumbers(f *testing.F) {
	f.Add([]byte("self"), uint32(4412))
	f.Add([]byte{}, uint32(0))
	f.Add(dirent("12")[:20], uint32(1))
	f.Fuzz(func(t *testing.T, junk []byte, number uint32) {
		number &= 1<<31 - 1
		want := []int{int(number), int(number)}
		entries := slices.Concat(dirent("."), dirent(fmt.Sprint(number)), dirent("-1"), dirent("2147483648"), dirent("x1"), dirent(fmt.Sprint(number)))
		if got := appendNumbers(nil, entries); !slices.Equal(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
		got := appendNumbers(nil, append(entries, junk...))
		if len(got) < 2 || !slices.Equal(got[:2], want) || len(got) > 2+len(junk)/direntHeader {
			t.Errorf("with %q after them: %v", junk, got)
		}
	})
}

// A directory with more entries than one call returns is listed completely.
func TestListingIsWhole(t *testing.T) {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	most := listSize / 24 // bytes of an entry
	if limit.Cur < uint64(most+200) {
		t.Skip("needs more descriptors")
	}
	want := map[int]bool{}
	for range most + 100 {
		fd, err := unix.Open("/dev/null", unix.O_RDONLY|unix.O_CLOEXEC, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer unix.Close(fd)
		want[fd] = true
	}
	got, err := Host.Self().Descriptors()
	if err != nil {
		t.Fatal(err)
	}
	for _, fd := range got {
		delete(want, fd)
	}
	if len(want) > 0 {
		t.Errorf("%d descriptors are not listed, of %d that are", len(want), len(got))
	}
}

// Of every descriptor the link is read, a long one too.
func TestLinks(t *testing.T) {
	dir := t.TempDir()
	for range 5 {
		dir += "/" + strings.Repeat("x", 200)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(dir + "/f")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	os.Remove(f.Name())
	found := map[int]string{}
	if err := Host.Self().Links(func(fd int, name []byte) { found[fd] = string(name) }); err != nil {
		t.Fatal(err)
	}
	if got, want := found[int(f.Fd())], f.Name()+Deleted; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if err := Task("/nobody").Links(func(int, []byte) { t.Error("a descriptor of nobody") }); err != nil {
		t.Error(err)
	}
}

// A kernel that says how many descriptors there are counts neither more nor fewer than are listed.
func TestDescriptorCount(t *testing.T) {
	if Host.Self().DescriptorCount() == 0 {
		t.Skip("needs Linux 6.2")
	}
	c := exec.Command("cat")
	stdin, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { stdin.Close(); c.Wait() }()
	// Its libraries are loaded, and their files closed, once it answers.
	if _, err := io.WriteString(stdin, "x"); err != nil {
		t.Fatal(err)
	}
	if _, err := stdout.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	task := Host.Task(c.Process.Pid)
	if fds, err := task.Descriptors(); err != nil || task.DescriptorCount() != len(fds) {
		t.Errorf("%d, %v are listed: %v", task.DescriptorCount(), fds, err)
	}
	if n := Host.Task(2147483647).DescriptorCount(); n != 0 {
		t.Errorf("%d descriptors of a process that is gone", n)
	}
}
