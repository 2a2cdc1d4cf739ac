package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
)

// ends are the two ends of something that a program can write to.
type ends struct{ reader, writer *os.File }

func pipeEnds(t *testing.T) ends {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	return closedAtEnd(t, r, w)
}

func closedAtEnd(t *testing.T, r, w *os.File) ends {
	t.Cleanup(func() { r.Close(); w.Close() })
	return ends{r, w}
}

func fifoEnds(t *testing.T) ends {
	path := filepath.Join(t.TempDir(), "fifo")
	if err := unix.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	w, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	return closedAtEnd(t, r, w)
}

func socketEnds(t *testing.T) ends {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	return closedAtEnd(t, os.NewFile(uintptr(fds[0]), "reader"), os.NewFile(uintptr(fds[1]), "writer"))
}

func terminalEnds(t *testing.T) ends {
	far, near, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	return closedAtEnd(t, far, near)
}
