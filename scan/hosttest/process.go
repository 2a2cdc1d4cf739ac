package hosttest

import (
	"bufio"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"lockscope/lock/locktest"
)

// Elsewhere is the environment variable that says, in a process that [Again] has started, which
// directory the test is about.
const Elsewhere = "LOCKSCOPE_TEST_ELSEWHERE"

// Again runs the calling test once more, in a process of its own that prepare may make another user's, or
// give other limits. It reports true in that process, which finds dir in [Elsewhere]. What fails there
// fails here.
func Again(t *testing.T, dir string, prepare func(*exec.Cmd)) bool {
	t.Helper()
	if os.Getenv(Elsewhere) != "" {
		return true
	}
	cmd := exec.Command(OwnCopy(t, "again.test"), "-test.run=^"+t.Name()+"$", "-test.v", "-test.count=1")
	cmd.Env = append(os.Environ(), Elsewhere+"="+dir)
	cmd.Dir = "/"
	prepare(cmd)
	out, err := cmd.CombinedOutput()
	t.Logf("%s", out)
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	} else if err != nil {
		t.Errorf("in the other process: %v", err)
	}
	return false
}

// OwnCopy returns a copy of this program, under a name, that everybody can run.
func OwnCopy(t *testing.T, name string) string {
	t.Helper()
	from, err := os.Open("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	defer from.Close()
	path := filepath.Join(OpenDir(t), name)
	// A child that is being started meanwhile would have the copy open for writing until it begins its own
	// program, and whoever runs the copy by then fails (ETXTBSY).
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	to, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE, 0o755)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(to, from); err != nil {
		t.Fatal(err)
	}
	if err := to.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// AsNobody makes a process that of a user who owns nothing.
func AsNobody(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
}

// Begin starts a command, which ends with the test.
func Begin(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
}

// Stop stops a command that runs, as SIGSTOP does: from its return on no thread of it does anything.
func Stop(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	if err := cmd.Process.Signal(unix.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	for {
		err := unix.Waitid(unix.P_PID, cmd.Process.Pid, nil, unix.WSTOPPED|unix.WNOWAIT, nil)
		if err == nil {
			return
		} else if err != unix.EINTR {
			t.Fatal(err)
		}
	}
}

// Talk starts a process that is spoken to by lines, and waits for the first one that it says. It answers
// each line that is said to it with one. Its input ends with the test.
func Talk(t *testing.T, cmd *exec.Cmd) (line string, say func(string) (answer string)) {
	t.Helper()
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	// By a pipe: what our own output goes to may be a file, and of one on the same disk as a directory the process could
	// not be told to have nothing to do with the directory.
	cmd.Stderr = struct{ io.Writer }{os.Stderr}
	cmd.WaitDelay = time.Millisecond // its children may still have the pipe
	Begin(t, cmd)
	t.Cleanup(func() { in.Close() })
	lines := bufio.NewReader(out)
	hear := func() string {
		t.Helper()
		out.(*os.File).SetReadDeadline(time.Now().Add(Patience))
		line, err := lines.ReadString('\n')
		if err != nil {
			t.Fatalf("%s says nothing: %v", cmd.Args[0], err)
		}
		return strings.TrimSuffix(line, "\n")
	}
	return hear(), func(line string) string {
		t.Helper()
		if _, err := io.WriteString(in, line+"\n"); err != nil {
			t.Fatal(err)
		}
		return hear()
	}
}

// Play brings a directory into a scene's state.
func Play(t *testing.T, world *locktest.World, dir string, scene locktest.Scene) *locktest.Site {
	t.Helper()
	site, err := world.Play(dir, scene)
	if err != nil {
		t.Fatal(err)
	}
	return site
}
