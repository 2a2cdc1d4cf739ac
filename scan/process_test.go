package scan

import (
	"bufio"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// elsewhere names the test that a process of this program is to run as another
// user or within other limits, started by again.
const elsewhere = "LOCKSCOPE_TEST_ELSEWHERE"

// again runs the calling test in a process of its own that prepare makes
// different, and reports true in that process. What fails there fails here. dir is for both.
func again(t *testing.T, dir string, prepare func(*exec.Cmd)) bool {
	t.Helper()
	if os.Getenv(elsewhere) != "" {
		return true
	}
	cmd := exec.Command(ownCopy(t), "-test.run=^"+t.Name()+"$", "-test.v", "-test.count=1")
	cmd.Env = append(os.Environ(), elsewhere+"="+dir)
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

// ownCopy returns a copy of this program that anybody can run.
func ownCopy(t *testing.T) string {
	t.Helper()
	from, err := os.Open("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	defer from.Close()
	path := filepath.Join(openDir(t), "scan.test")
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

// openDir is a temporary directory that, unlike t.TempDir, every user can reach.
func openDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "lockscope-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// asNobody makes a process that of a user who owns nothing.
func asNobody(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
}

func needRoot(t *testing.T, what string) {
	t.Helper()
	if os.Geteuid() != 0 && os.Getenv(elsewhere) == "" {
		t.Skipf("only root can %s", what)
	}
}

// talker is a process that is spoken to by lines.
type talker struct {
	in  io.WriteCloser
	out *bufio.Scanner
}

// startTalker starts a process, and ends it with the test.
func startTalker(t *testing.T, cmd *exec.Cmd) *talker {
	t.Helper()
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close() // the end of its input is its own
		cmd.Process.Kill()
		cmd.Wait()
	})
	return &talker{in, bufio.NewScanner(out)}
}

func (p *talker) say(t *testing.T, line string) {
	t.Helper()
	if _, err := io.WriteString(p.in, line+"\n"); err != nil {
		t.Fatal(err)
	}
}

func (p *talker) hear(t *testing.T, want string) {
	t.Helper()
	if !p.out.Scan() || p.out.Text() != want {
		t.Fatalf("heard %q, %v; want %q", p.out.Text(), p.out.Err(), want)
	}
}
