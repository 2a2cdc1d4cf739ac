//go:build linux

package lock_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"lockscope/lock/proc"

	"golang.org/x/sys/unix"
)

// peerVar makes the test binary a peer instead of a test.
const peerVar = "LOCKSCOPE_TEST_PEER"

// rustVar names the program of the Rust peer.
const rustVar = "LOCKSCOPE_RS_HOLDER"

// A peer is a program that takes locks when it is told to. The Go and the Rust peer have the same
// commands and answers:
//
//	acquire|break DIR       HELD <pid>, or ERR <what> <pid> and exit status 3 or 4
//	inherit DIR SECONDS     HELD <pid> CHILD <pid of a sleep that has the descriptor too>
//	loop DIR SECONDS        one JSON object of counts
//
// A holder then waits on its standard input for "release", which it answers with RELEASED, or
// "die", upon which it exits with status 137.
type peer struct {
	name, program string
	env           []string
}

func goPeer(t testing.TB) peer {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return peer{"go", exe, append(os.Environ(), peerVar+"=1")}
}

// rustPeer skips the test if there is no Rust peer.
func rustPeer(t testing.TB) peer {
	t.Helper()
	program := os.Getenv(rustVar)
	if program == "" {
		t.Skipf("no Rust peer: %s does not name a program built from the crate's lock.rs", rustVar)
	}
	return peer{"rust", program, os.Environ()}
}

// process is a running peer. It ends with the test.
type process struct {
	t     testing.TB
	cmd   *exec.Cmd
	in    io.WriteCloser
	lines *bufio.Scanner
}

func (p peer) start(t testing.TB, args ...string) *process {
	t.Helper()
	cmd := exec.Command(p.program, args...)
	cmd.Env, cmd.Stderr = p.env, os.Stderr
	if args[0] == "break" {
		cmd.Stderr = nil // the crate warns of every second try
	}
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	q := &process{t, cmd, in, bufio.NewScanner(out)}
	t.Cleanup(q.kill)
	return q
}

func (p peer) hold(t testing.TB, dir string) *process {
	t.Helper()
	q := p.start(t, "acquire", dir)
	q.expect("HELD", q.pid())
	return q
}

// inherit has a peer take the lock and start a child that inherits it. It returns both.
func (p peer) inherit(t testing.TB, dir string) (*process, int) {
	t.Helper()
	q := p.start(t, "inherit", dir, "1000")
	var pid, child int
	if line := q.line(); !scan(line, "HELD %d CHILD %d", &pid, &child) || pid != q.pid() {
		t.Fatalf("%s inherit: %q", p.name, line)
	}
	t.Cleanup(func() { unix.Kill(child, unix.SIGKILL) }) // it sleeps for longer than a test lasts
	return q, child
}

func (q *process) pid() int { return q.cmd.Process.Pid }

// line waits for the next line; it is empty when the process has ended.
func (q *process) line() string {
	q.lines.Scan()
	return q.lines.Text()
}

// answer returns a channel for the next line, so that the test can do other things meanwhile.
func (q *process) answer() <-chan string {
	line := make(chan string, 1)
	go func() { line <- q.line() }()
	return line
}

func (q *process) expect(words ...any) {
	q.t.Helper()
	if got, want := q.line()+"\n", fmt.Sprintln(words...); got != want {
		q.t.Fatalf("%s: %q, want %q", q.cmd.Args, got, want)
	}
}

func (q *process) tell(command string) {
	q.t.Helper()
	if _, err := fmt.Fprintln(q.in, command); err != nil {
		q.t.Fatal(err)
	}
}

// kill kills it by SIGKILL. On return the kernel has closed its descriptors.
func (q *process) kill() {
	q.cmd.Process.Kill()
	q.cmd.Wait()
}

// zombify waits until it has exited, and does not reap it.
func (q *process) zombify() {
	q.t.Helper()
	err := unix.EINTR
	for err == unix.EINTR {
		err, _ = unix.Waitid(unix.P_PID, q.pid(), nil, unix.WEXITED|unix.WNOWAIT, nil).(unix.Errno)
	}
	if err != 0 {
		q.t.Fatal(err)
	}
}

// status waits until it has exited, and returns its exit status.
func (q *process) status() int {
	q.cmd.Wait()
	return q.cmd.ProcessState.ExitCode()
}

func scan(line, format string, into ...any) bool {
	n, err := fmt.Sscanf(line, format, into...)
	return err == nil && n == len(into)
}

// wantCounts checks a loop's report: while it held the lock, it saw nothing of another holder. It
// returns how often it held the lock.
func wantCounts(t testing.TB, report, who string) (acquired int) {
	t.Helper()
	var counts map[string]int
	if err := json.Unmarshal([]byte(report), &counts); err != nil {
		t.Fatalf("%s: %q: %v", who, report, err)
	}
	var wrong error
	for _, name := range []string{"overlap", "pidfile_missing", "pidfile_other", "replaced", "io", "nix"} {
		if counts[name] != 0 {
			wrong = errors.Join(wrong, fmt.Errorf("%s: %d", name, counts[name]))
		}
	}
	if wrong != nil {
		t.Errorf("%s: %s: %v", who, report, wrong)
	}
	return counts["acquired"]
}

// sleeper is a process that uses no directory but what a test gives it.
type sleeper struct {
	t   testing.TB
	cmd *exec.Cmd
}

func newSleeper(t testing.TB) *sleeper {
	q := &sleeper{t, exec.Command("sleep", "1000")}
	q.cmd.Dir = "/"
	return q
}

// open gives it an open file.
func (q *sleeper) open(path string) {
	q.t.Helper()
	f, err := os.Create(path)
	if err != nil {
		q.t.Fatal(err)
	}
	q.cmd.ExtraFiles = append(q.cmd.ExtraFiles, f)
}

// listen gives it a Unix socket that is bound to an address.
func (q *sleeper) listen(address string) {
	q.t.Helper()
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: address, Net: "unix"})
	if err != nil {
		q.t.Fatal(err)
	}
	l.SetUnlinkOnClose(false)
	defer l.Close()
	f, err := l.File()
	if err != nil {
		q.t.Fatal(err)
	}
	q.cmd.ExtraFiles = append(q.cmd.ExtraFiles, f)
}

// start starts it; it ends with the test. On return it runs sleep, and has no descriptors but those
// that it was given.
func (q *sleeper) start() {
	q.t.Helper()
	if err := q.cmd.Start(); err != nil {
		q.t.Fatal(err)
	}
	for _, f := range q.cmd.ExtraFiles {
		f.Close()
	}
	q.t.Cleanup(func() {
		q.cmd.Process.Kill()
		q.cmd.Wait()
	})
}

func (q *process) release() {
	q.t.Helper()
	q.tell("release")
	q.expect("RELEASED")
}

// foreign starts a command, and waits until that is ready.
func foreign(t testing.TB, command ...string) *process {
	t.Helper()
	if _, err := exec.LookPath(command[0]); err != nil {
		t.Skip(err)
	}
	q := peer{"", command[0], os.Environ()}.start(t, command[1:]...)
	if line := q.line(); line != "ready" {
		t.Skipf("%q: %q", command, line)
	}
	return q
}

func startHeadless(t testing.TB, dir string) *process {
	q := goPeer(t).start(t, "headless", dir)
	q.expect("READY")
	eventually(t, "the main thread has exited", func() bool {
		stat, err := proc.Host.Task(q.pid()).Stat()
		return err == nil && stat.State == 'Z'
	})
	return q
}

// wantAcquired has the peer take the lock.
func (p peer) wantAcquired(t testing.TB, command, dir string) *process {
	t.Helper()
	q := p.start(t, command, dir)
	q.expect("HELD", q.pid())
	wantText(t, filepath.Join(dir, pidfile), fmt.Sprintln(q.pid()))
	return q
}

// wantRefusal has the peer try both ways to take a lock that the process pid holds.
func (p peer) wantRefusal(t testing.TB, dir string, pid int) {
	t.Helper()
	for _, way := range []struct {
		command, answer string
		status          int
	}{{"acquire", "LockHeld", 3}, {"break", "StaleLockBreakRefused", 4}} {
		q := p.start(t, way.command, dir)
		q.expect("ERR", way.answer, pid)
		if status := q.status(); status != way.status {
			t.Errorf("%s %s: exit status %d, want %d", p.name, way.command, status, way.status)
		}
	}
}
