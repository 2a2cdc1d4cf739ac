//go:build linux

package lock

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

func FuzzMappedFiles(f *testing.F) {
	f.Add("/usr/lib/libc.so.6", "[heap]")
	f.Add("/data/a b (deleted)", "")
	f.Add("/data/new\nline /x", "[anon: x]")
	f.Add("/ 7f00-7f01 r--p 00000000 08:01 12 /x", "\x00\xff\x1b[2J")
	f.Add("/", "/SYSV00000000 (deleted)")
	f.Fuzz(func(t *testing.T, path, other string) {
		for name := range bytes.Lines([]byte(other)) {
			for _, got := range mappedFiles(name) {
				if got.path == "" || got.path[0] != '/' {
					t.Fatalf("mappedFiles(%q) names %q", name, got.path)
				}
			}
		}
		if !strings.HasPrefix(path, "/") || strings.Contains(path, `\012`) {
			t.Skip("the kernel writes no such path")
		}
		maps := fmt.Appendf(nil, "55d0a000-55d0b000 rw-p 00000000 00:00 0                          [heap]\n"+
			"7f12a4000000-7f12a4021000 r-xp 00001000 fe:00 9034%26s%s\n"+
			"7f12a4021000-7f12a4022000 rw-p 00022000 fe:00 9034%26s%[2]s\n"+
			"7f12a4022000-7f12a4023000 rw-p 00000000 00:00 0 \n",
			"", strings.ReplaceAll(path, "\n", `\012`), "")
		if got := mappedFiles(maps); !slices.Equal(got, []mappedFile{{path, true}}) {
			t.Fatalf("mappedFiles(%q) = %v, want %q", maps, got, path)
		}
	})
}

func TestExists(t *testing.T) {
	for pid, want := range map[int]bool{
		os.Getpid(): true, os.Getppid(): true, 1: true,
		0: false, -1: false, -os.Getpid(): false, 1<<31 - 1: false, // groups, and nobody
	} {
		if exists(pid) != want {
			t.Errorf("exists(%d) = %v", pid, !want)
		}
	}
}

// A process that we may not signal is there all the same.
func TestExistsNotPermitted(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can start a process of another user")
	}
	q := exec.Command("sleep", "1000")
	q.SysProcAttr = &unix.SysProcAttr{Credential: &syscall.Credential{Uid: 65533, Gid: 65533}}
	if err := q.Start(); err != nil {
		t.Fatal(err)
	}
	defer q.Wait()
	defer q.Process.Kill()
	type answer struct {
		exists bool
		err    error
	}
	answers := make(chan answer)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends with its user
		unix.RawSyscall(unix.SYS_SETRESUID, ^uintptr(0), 65534, ^uintptr(0))
		answers <- answer{exists(q.Process.Pid), unix.Kill(q.Process.Pid, 0)}
	}()
	if got := <-answers; got != (answer{true, unix.EPERM}) {
		t.Errorf("%+v, want that it exists, and EPERM", got)
	}
}

func TestFormatPID(t *testing.T) {
	for _, pid := range []int{1, 10, 4194304, 1<<31 - 1} {
		if got, state := ParsePID(formatPID(pid)); got != pid || state != PidfileNamed {
			t.Errorf("ParsePID(%q) = %d, %v", formatPID(pid), got, state)
		}
	}
}

// Without openat2(2), the same is opened.
func TestOpenStepwise(t *testing.T) {
	root := t.TempDir()
	if err := os.MkdirAll(filepath.Join(root, "a", "b"), 0o755); err != nil {
		t.Fatal(err)
	}
	for link, target := range map[string]string{"a/link": "b", "out": "/etc", "file": "/etc/passwd"} {
		if err := os.Symlink(target, filepath.Join(root, link)); err != nil {
			t.Fatal(err)
		}
	}
	parent, err := open(unix.AT_FDCWD, root, unix.O_RDONLY|unix.O_DIRECTORY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(parent)
	identify := func(openIt func(int, string) (int, error), rel string) (FileID, error) {
		fd, err := openIt(parent, rel)
		if err != nil {
			return FileID{}, err
		}
		defer unix.Close(fd)
		id, _, err := fstat(fd)
		return id, err
	}
	opened := 0
	for _, rel := range []string{"", ".", "a", "a/b", "a/link", "a/missing", "out", "out/ssl", "file", "..", "a/../..", "/", "/etc", strings.Repeat("a/../", 2000) + "a"} {
		want, wantErr := identify(openBelow, rel)
		got, err := identify(openStepwise, rel)
		if got != want || (err == nil) != (wantErr == nil) {
			t.Errorf("%.20q: %+v, %v; want %+v, %v", rel, got, err, want, wantErr)
		}
		if err == nil {
			opened++
		}
	}
	if opened != 4 {
		t.Errorf("%d were opened, want 4", opened)
	}
	deep := strings.Repeat("a/", 3000) // too long a path for any call, were it there
	if _, err := openBelow(parent, deep+"a"); err != unix.ENOENT {
		t.Errorf("%v, want %v", err, unix.ENOENT)
	}
}
