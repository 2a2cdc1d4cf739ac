//go:build linux

package lock_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"testing"

	"golang.org/x/sys/unix"
)

// deadPID is above the kernel's greatest PID, and an int32 all the same.
const deadPID = 1<<31 - 1

// peerVar makes the test binary a peer instead of a test.
const peerVar = "LOCKSCOPE_TEST_PEER"

// rustVar names the program of the Rust peer.
const rustVar = "LOCKSCOPE_RS_HOLDER"

func TestMain(m *testing.M) {
	if os.Getenv(peerVar) != "" {
		os.Exit(peerMain(os.Args[1:]))
	}
	os.Exit(m.Run())
}

// A peer is a program that takes locks when it is told to. Both speak alike:
//
//	acquire|break DIR       HELD <pid>, or ERR <what> <pid> and exit status 3 or 4
//	inherit DIR SECONDS     HELD <pid> CHILD <pid of a sleep that has the descriptor too>
//	loop DIR SECONDS        one JSON object of counts
//
// A holder then waits on stdin for "release", which it answers with RELEASED,
// or "die", which it obeys with status 137.
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

// rustPeer skips the test where there is no Rust peer to meet.
func rustPeer(t testing.TB) peer {
	t.Helper()
	program := os.Getenv(rustVar)
	if program == "" {
		t.Skipf("no Rust peer: %s does not name a program built from the crate's lock.rs", rustVar)
	}
	return peer{"rust", program, os.Environ()}
}

// process is a peer that runs. It ends with the test.
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

// inherit has a peer take the lock and pass it on, and returns the child too.
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

// answer is where the next line comes, for who has other things to do meanwhile.
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

// kill ends it in the hardest way. The kernel has closed its descriptors on return.
func (q *process) kill() {
	q.cmd.Process.Kill()
	q.cmd.Wait()
}

// zombify waits for its end, and leaves it to be reaped.
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

// status waits for its end.
func (q *process) status() int {
	q.cmd.Wait()
	return q.cmd.ProcessState.ExitCode()
}

func scan(line, format string, into ...any) bool {
	n, err := fmt.Sscanf(line, format, into...)
	return err == nil && n == len(into)
}

// loopSeconds is how long peers compete.
func loopSeconds() float64 {
	if testing.Short() {
		return 0.5
	}
	return 3
}

// rounds is how often a race is tried.
func rounds(n int) int {
	if testing.Short() {
		return n / 5
	}
	return n
}

// wantCounts checks a loop's report: it never saw anything that another holder
// could have done. It returns how often it held the lock.
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
