//go:build linux

package lock

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
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
				if got == "" || got[0] != '/' {
					t.Fatalf("mappedFiles(%q) names %q", name, got)
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
		if got := mappedFiles(maps); !slices.Equal(got, []string{path}) {
			t.Fatalf("mappedFiles(%q) = %q, want %q", maps, got, path)
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
