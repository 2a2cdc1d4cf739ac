package hosttest

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
const Elsewhere = "LOCKSCOPE_TEST_ELSEWHERE"

// again runs the calling test in a process of its own that prepare makes
// different, and reports true in that process. What fails there fails here. dir is for both.
func Again(t *testing.T, dir string, prepare func(*exec.Cmd)) bool {
	t.Helper()
	if os.Getenv(Elsewhere) != "" {
		return true
	}
	cmd := exec.Command(ownCopy(t), "-test.run=^"+t.Name()+"$", "-test.v", "-test.count=1")
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

// ownCopy returns a copy of this program that anybody can run.
func ownCopy(t *testing.T) string {
	t.Helper()
	from, err := os.Open("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	defer from.Close()
	path := filepath.Join(OpenDir(t), "scan.test")
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

// asNobody makes a process that of a user who owns nothing.
func AsNobody(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
}

func NeedRoot(t *testing.T, what string) {
	t.Helper()
	if os.Geteuid() != 0 && os.Getenv(Elsewhere) == "" {
		t.Skipf("only root can %s", what)
	}
}

// talker is a process that is spoken to by lines.
type Talker struct {
	in  io.WriteCloser
	out *bufio.Scanner
}

// startTalker starts a process, and ends it with the test.
func StartTalker(t *testing.T, cmd *exec.Cmd) *Talker {
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
	return &Talker{in, bufio.NewScanner(out)}
}

func (p *Talker) Say(t *testing.T, line string) {
	t.Helper()
	if _, err := io.WriteString(p.in, line+"\n"); err != nil {
		t.Fatal(err)
	}
}

func (p *Talker) Hear(t *testing.T, want string) {
	t.Helper()
	if !p.out.Scan() || p.out.Text() != want {
		t.Fatalf("heard %q, %v; want %q", p.out.Text(), p.out.Err(), want)
	}
}
