package chaos

import (
	"bufio"
	"bytes"
	"fmt"
	"golang.org/x/sys/unix"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

// daemon is a process that takes locks. It has one driver.
type daemon struct {
	pid   int // as the host counts
	rust  bool
	inNS  bool
	cmd   *exec.Cmd
	in    *os.File
	out   *os.File
	lines *bufio.Reader
}

// answer is what a daemon said: when it began and ended what it was told, how that went ("ok", "refused" or
// "failed"), and what came of it.
type answer struct {
	span
	how, said string
}

// started counts the daemons of each kind.
type started struct{ goDaemons, inNamespace, rust, heirs atomic.Int64 }

func startProcess(role, name string, args ...string) (*daemon, error) {
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), roleVar+"="+role)
	cmd.Dir = "/"
	cmd.Stderr = os.Stderr
	if role == roleInit {
		cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWPID | unix.CLONE_NEWNS}
	}
	// Not cmd.StdinPipe: what an heir has inherited stays open when the daemon has ended.
	theirs, in, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer theirs.Close()
	cmd.Stdin = theirs
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		in.Close()
		return nil, err
	}
	return &daemon{pid: cmd.Process.Pid, cmd: cmd, in: in, out: out.(*os.File), lines: bufio.NewReader(out)}, nil
}

// startDaemon starts one in Go, in a PID namespace of its own if inNS is set.
func (c *chaos) startDaemon(inNS bool) (*daemon, error) {
	role, args, count := roleDaemon, []string(nil), &c.started.goDaemons
	if inNS {
		// Its PID there is one that may be another process's on the host.
		role, args, count = roleInit, []string{fmt.Sprint(os.Getpid() + rand.IntN(1000))}, &c.started.inNamespace
	}
	count.Add(1)
	d, err := startProcess(role, c.self, args...)
	if err != nil {
		return nil, err
	}
	if a, err := d.hear(); err != nil || a.how != "ok" {
		d.end()
		return nil, fmt.Errorf("a daemon does not start: %v %v", a, err)
	}
	if d.inNS = inNS; inNS { // it is the only child of the namespace's init
		init := d.cmd.Process.Pid
		children, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", init))
		for _, file := range children {
			if text, err := os.ReadFile(file); err == nil && len(text) > 0 {
				d.pid, _ = strconv.Atoi(string(bytes.TrimSpace(text)))
			}
		}
		if err != nil || d.pid == init || d.pid <= 1 { // 0 would mean our own process group
			d.end()
			return nil, fmt.Errorf("the daemon below %d is not found: %v", init, err)
		}
	}
	return d, nil
}

// startRust starts one in Rust, which does one thing with one directory. The answer is for the first thing.
func (c *chaos) startRust(args ...string) (*daemon, answer, error) {
	c.started.rust.Add(1)
	began := now()
	d, err := startProcess("", c.rust, args...)
	if err != nil {
		return nil, answer{}, err
	}
	d.rust = true
	a, err := d.hearRust(began)
	return d, a, err
}

func (d *daemon) hearRust(began moment) (answer, error) {
	line, err := d.line()
	a := answer{span: span{began, now()}, how: "ok", said: line}
	if reason, ok := strings.CutPrefix(line, "ERR "); ok {
		a.how, a.said = "failed", reason
		if kind, pid, _ := strings.Cut(reason, " "); kind == "LockHeld" || kind == "StaleLockBreakRefused" {
			a.how, a.said = "refused", pid
		}
	}
	return a, err
}

func (d *daemon) line() (string, error) {
	d.out.SetReadDeadline(time.Now().Add(answerTime))
	line, err := d.lines.ReadString('\n')
	return strings.TrimSuffix(line, "\n"), err
}

// hear reads an answer of one in Go.
func (d *daemon) hear() (a answer, err error) {
	line, err := d.line()
	if err != nil {
		return a, err
	}
	words := strings.SplitN(line, " ", 4)
	if len(words) < 4 {
		return a, fmt.Errorf("it says %q", line)
	}
	from, err1 := strconv.ParseInt(words[1], 10, 64)
	to, err2 := strconv.ParseInt(words[2], 10, 64)
	if err1 != nil || err2 != nil {
		return a, fmt.Errorf("it says %q", line)
	}
	return answer{span{moment(from), moment(to)}, words[0], words[3]}, nil
}

// tell gives a command to one in Go, or "release" to one in Rust, which ends then.
func (d *daemon) tell(command string) (answer, error) {
	began := now()
	if _, err := io.WriteString(d.in, command+"\n"); err != nil {
		return answer{}, err
	}
	if d.rust {
		return d.hearRust(began)
	}
	return d.hear()
}

// kill ends it at once. It is dead within the span. Its input stays open, for those who inherited it.
func (d *daemon) kill() span {
	began := now()
	if d.inNS {
		unix.Kill(d.pid, unix.SIGKILL) // it does not end by itself, so this is still its PID
	} else {
		d.cmd.Process.Kill()
	}
	d.cmd.Wait()
	return span{began, now()}
}

// end lets it end by itself. It holds no lock.
func (d *daemon) end() span {
	began := now()
	d.in.Close()
	d.cmd.Wait()
	return span{began, now()}
}

// heir is a process that inherited a descriptor. When its parent has ended it is the test's child.
type heir struct {
	pid int
	in  *os.File // it ends when this is closed: at last when nobody refers to it any more
}

func (h heir) kill() span {
	began := now()
	if p, err := os.FindProcess(h.pid); err == nil {
		p.Kill()
		p.Wait()
	}
	return span{began, now()}
}
