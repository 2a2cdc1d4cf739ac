package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/creack/pty"
	"lockscope/lock"
	"lockscope/lock/locktest"
	"lockscope/scan"
	"lockscope/scan/hosttest"
	"lockscope/scan/report"
	"lockscope/ui/print"
)

// release is the program as it is released. The test binary is another matter: with cgo, as the race detector needs it,
// no capability can be given up.
func release(t *testing.T, dir string) (program string) {
	t.Helper()
	hosttest.NeedTool(t, "go")
	program = filepath.Join(dir, "lockscope")
	build := exec.Command("go", "build", "-buildvcs=false", "-o", program, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return program
}

// The sets as the kernel prints them.
const (
	none       = "0000000000000000"
	forLooking = "0000000010080004" // CAP_DAC_READ_SEARCH, CAP_SYS_PTRACE, CAP_LEASE
)

// privileges are what the kernel says of a thread, by the names in its status.
type privileges map[string]string

// privilegesOf are those of all threads of a process, which must be the same.
func privilegesOf(t *testing.T, pid int) privileges {
	t.Helper()
	files, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/status", pid))
	if err != nil || len(files) < 2 {
		t.Fatalf("threads %v: %v", files, err)
	}
	var all privileges
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			continue // it has ended
		}
		of := privileges{}
		for line := range strings.Lines(string(text)) {
			if name, value, _ := strings.Cut(line, ":"); strings.HasPrefix(name, "Cap") || name == "NoNewPrivs" {
				of[name] = strings.TrimSpace(value)
			}
		}
		if all != nil && fmt.Sprint(of) != fmt.Sprint(all) {
			t.Errorf("one thread has %v, and another %v", of, all)
		}
		all = of
	}
	return all
}

// Whatever only looks gives up for good what it does not need, with every thread. What may break a lock keeps it.
func TestPrivilegesGivenUp(t *testing.T) {
	hosttest.NeedRoot(t, "give up what others do not have")
	program, root := release(t, t.TempDir()), hosttest.Tree(t, "a")
	own := privilegesOf(t, os.Getpid())
	if own["CapEff"] == forLooking {
		t.Skip("needs more than is kept")
	}
	watch := func(args ...string) func(*testing.T) int {
		return func(t *testing.T) int {
			cmd := exec.Command(program, append(args, root)...)
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			cmd.Stderr = cmd.Stdout
			hosttest.Begin(t, cmd)
			if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
				t.Fatal(err)
			}
			return cmd.Process.Pid
		}
	}
	screen := func(args ...string) func(*testing.T) int {
		return func(t *testing.T) int {
			cmd := exec.Command(program, append(args, root)...)
			cmd.Env = append(os.Environ(), "TERM=xterm", "XDG_CONFIG_HOME="+t.TempDir())
			terminal, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 30, Cols: 120})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				cmd.Process.Kill()
				cmd.Wait()
				terminal.Close()
			})
			readUntil(t, terminal, "DIRECTORY")
			return cmd.Process.Pid
		}
	}
	for name, test := range map[string]struct {
		begin func(*testing.T) (pid int)
		keeps bool
	}{
		"--listen on a privileged port": {watch("--listen", privilegedAddress()), false},
		"-w":                            {watch("-w", "-o", "ndjson"), false},
		"screen --read-only":            {screen("--read-only"), false},
		"screen":                        {screen(), true},
	} {
		t.Run(name, func(t *testing.T) {
			got := privilegesOf(t, test.begin(t))
			want := privileges{"CapInh": none, "CapPrm": forLooking, "CapEff": forLooking, "CapBnd": forLooking, "CapAmb": none, "NoNewPrivs": "1"}
			if test.keeps {
				want = own
			}
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("it has %v, want %v", got, want)
			}
		})
	}
}

// privilegedAddress is one of the loopback's that no other run of these tests uses: each process has its own.
func privilegedAddress() string {
	pid := os.Getpid()
	return fmt.Sprintf("127.%d.%d.%d:1", pid>>16&0xff, pid>>8&0xff, pid&0xff)
}

// What is given up costs no verdict: the program sees what this process does with all that it has. So it is too where
// root has less from the start, as in containers.
func TestPrivilegesVerdicts(t *testing.T) {
	program := os.Getenv(hosttest.Elsewhere)
	if program == "" {
		hosttest.NeedRoot(t, "have more than looking needs")
		hosttest.NeedTool(t, "setpriv")
		program = release(t, t.TempDir())
		for _, missing := range []string{"-net_raw", "-dac_read_search", "-sys_ptrace", "-dac_read_search,-sys_ptrace,-lease"} {
			t.Log("without", missing)
			hosttest.Again(t, program, func(cmd *exec.Cmd) {
				cmd.Args = slices.Concat([]string{"setpriv", "--bounding-set", missing, "--inh-caps", missing, cmd.Path}, cmd.Args[1:])
				cmd.Path, _ = exec.LookPath("setpriv")
			})
		}
		return
	}
	root := privateWorld(t, everyScene()...)
	monitor := scan.New(scan.Config{Roots: []string{root}, Names: lock.DefaultNames, Timeout: hosttest.Patience, MaxDepth: -1})
	var want bytes.Buffer
	printer := print.New(&want, print.NDJSON, print.Options{})
	sum, err := monitor.Once(t.Context(), func(u report.Update) { printer.Update(u) })
	if err != nil {
		t.Fatal(err)
	}
	printer.End(sum)
	got, err := exec.Command(program, "-o", "ndjson", "--timeout", "1m", root).Output()
	if err != nil {
		t.Fatal(err)
	}
	seen := verdicts(t, got)
	if list := differences(seen, verdicts(t, want.Bytes())); len(list) > 0 {
		t.Error(strings.Join(list, "\n"))
	}
	if len(seen) < len(locktest.Scenes) {
		t.Errorf("only %d directories were seen", len(seen))
	}
}

// --doctor says which capabilities there are, and why any are kept that looking does not need.
func TestPrivilegesDoctor(t *testing.T) {
	hosttest.NeedRoot(t, "have more than looking needs")
	program, root := release(t, t.TempDir()), hosttest.Tree(t, "a")
	for _, test := range []struct{ flag, want string }{
		{"--read-only", "no capability but those for looking is had: CAP_DAC_READ_SEARCH, CAP_SYS_PTRACE, CAP_LEASE"},
		{"--probe=auto", "--read-only gives them up"},
	} {
		out, err := exec.Command(program, "--doctor", "-o", "json", test.flag, root).Output()
		if err != nil || !strings.Contains(string(out), test.want) {
			t.Errorf("with %s, %v: %s", test.flag, err, out)
		}
	}
}

// With the capabilities on the file (setcap(8)) whoever may run it sees what root sees.
func TestPrivilegesOfFile(t *testing.T) {
	hosttest.NeedTool(t, "setcap")
	root := privateWorld(t, everyScene()...)
	program := release(t, hosttest.OpenDir(t))
	if out, err := exec.Command("setcap", "cap_dac_read_search,cap_sys_ptrace,cap_lease=ep", program).CombinedOutput(); err != nil {
		t.Skipf("needs a file system that keeps them: %v: %s", err, out)
	}
	cmd := exec.Command(program, "-o", "ndjson", "--timeout", "1m", root)
	cmd.Dir = "/"
	hosttest.AsNobody(cmd)
	got, err := cmd.Output()
	if err != nil && len(got) == 0 {
		t.Skip("needs a file system without nosuid: ", err)
	}
	want, err := command(cmd.Args[1:]...).Output()
	if err != nil {
		t.Fatal(err)
	}
	if list := differences(verdicts(t, got), verdicts(t, want)); len(list) > 0 {
		t.Error(strings.Join(list, "\n"))
	}
}

// Breaking takes CAP_DAC_OVERRIDE too, to remove what is in the directories of others, and CAP_FOWNER where these are
// sticky. Without them it is refused, or fails, and nothing is touched.
func TestPrivilegesForBreaking(t *testing.T) {
	hosttest.NeedRoot(t, "give another user capabilities")
	looking := []string{"CAP_DAC_READ_SEARCH", "CAP_SYS_PTRACE", "CAP_LEASE"}
	for _, test := range []struct {
		more          []string
		plain, sticky bool
	}{
		{nil, false, false},
		{[]string{"CAP_FOWNER"}, false, false},
		{[]string{"CAP_DAC_OVERRIDE"}, true, false},
		{[]string{"CAP_DAC_OVERRIDE", "CAP_FOWNER"}, true, true},
	} {
		root, state := hosttest.TempDir(t), hosttest.OpenDir(t)
		breaks := map[string]bool{hosttest.MakeStale(t, root+"/plain"): test.plain, hosttest.MakeStale(t, root+"/sticky"): test.sticky}
		if err := errors.Join(os.Chmod(root+"/sticky", 0o755|os.ModeSticky), os.Chmod(state, 0o777)); err != nil {
			t.Fatal(err)
		}
		cmd := confined(t, append(test.more, looking...), "--break-stale", "--yes", "-o", "ndjson", "--audit-log", state+"/audit.ndjson", root)
		lines, _ := lockscope(t, cmd)
		for dir, breaks := range breaks {
			_, err := os.Lstat(filepath.Join(dir, lock.DefaultNames.Pidfile))
			if gone := errors.Is(err, os.ErrNotExist); gone != breaks {
				t.Errorf("with %v it broke %s: %t, want %t: %+v", test.more, filepath.Base(dir), gone, breaks, lines[dir])
			}
		}
	}
}

// Where a sandbox lets no thread send another a signal, nothing can be given up, and the program goes on with what it has.
func TestPrivilegesWithoutSignals(t *testing.T) {
	needStrace(t)
	root := hosttest.Tree(t, "a")
	cmd := exec.Command("strace", "-f", "--seccomp-bpf", "-qq", "-o", "/dev/null", "-e", "trace=tgkill", "-e", "inject=tgkill:error=EPERM",
		release(t, t.TempDir()), "--check", root)
	startInSession(t, cmd)
	if status := exitStatus(t, cmd); status != 0 {
		t.Errorf("exit status %d", status)
	}
}
