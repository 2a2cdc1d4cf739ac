package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"lockscope/lock/locktest"
	"lockscope/scan/hosttest"
)

const unitFile = "contrib/lockscope.service"

// unitValues are the values that a setting is given in the unit.
func unitValues(t *testing.T, name string) (values []string) {
	t.Helper()
	text, err := os.ReadFile(unitFile)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(line, name+"="); ok {
			values = append(values, strings.TrimSpace(value))
		}
	}
	return values
}

// unitSettings are the words of all values of a setting.
func unitSettings(t *testing.T, name string) []string {
	t.Helper()
	return strings.Fields(strings.Join(unitValues(t, name), " "))
}

// mostExposure is ten times what systemd-analyze may find the exposure of the unit to be: 1.9. Most of it is what the
// unit is for: the three capabilities, all of /proc, the host's users and directories, and a port on the loopback.
const mostExposure = "20"

// systemd finds nothing wrong with the unit, whose program is there for the test, and little that it could still take
// away.
func TestUnit(t *testing.T) {
	hosttest.NeedTool(t, "systemd-analyze")
	text, err := os.ReadFile(unitFile)
	if err != nil {
		t.Fatal(err)
	}
	program := unitSettings(t, "ExecStart")[0]
	unit := filepath.Join(t.TempDir(), "lockscope.service")
	hosttest.WriteFile(t, unit, strings.ReplaceAll(string(text), program, hosttest.OwnCopy(t, "lockscope")))
	cmd := exec.Command("systemd-analyze", "verify", "--man=no", unit)
	if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("%v: %s", err, out)
	}
	cmd = exec.Command("systemd-analyze", "security", "--offline=true", "--threshold="+mostExposure, "--no-pager", unit)
	if out, err := cmd.CombinedOutput(); strings.Contains(string(out), "unrecognized option") {
		t.Log("needs systemd 250 to say how exposed it is")
	} else if err != nil {
		t.Errorf("%v: %s", err, out)
	}
	if bounding := unitSettings(t, "CapabilityBoundingSet"); !slices.Equal(bounding, unitSettings(t, "AmbientCapabilities")) {
		t.Errorf("the bounding set is %v", bounding)
	}
}

// confined makes a command what the unit makes of it: another user's, with these capabilities, in mounts of its own.
func confined(t *testing.T, capabilities []string, args ...string) *exec.Cmd {
	t.Helper()
	numbers := map[string]uintptr{
		"CAP_DAC_READ_SEARCH": unix.CAP_DAC_READ_SEARCH, "CAP_SYS_PTRACE": unix.CAP_SYS_PTRACE, "CAP_LEASE": unix.CAP_LEASE,
		"CAP_DAC_OVERRIDE": unix.CAP_DAC_OVERRIDE, "CAP_FOWNER": unix.CAP_FOWNER,
	}
	var ambient []uintptr
	for _, name := range capabilities {
		number, ok := numbers[name]
		if !ok {
			t.Fatalf("who needs %s?", name)
		}
		ambient = append(ambient, number)
	}
	cmd := exec.Command(hosttest.OwnCopy(t, "lockscope"), args...)
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Credential:  &syscall.Credential{Uid: 65534, Gid: 65534},
		AmbientCaps: ambient, Unshareflags: syscall.CLONE_NEWNS,
	}
	return cmd
}

// With the capabilities of the unit the program sees what root sees, in the same ways. Without any of them it sees less,
// and --doctor says which one is missing.
func TestUnitCapabilities(t *testing.T) {
	root := privateWorld(t, everyScene()...)
	seenBy := func(cmd *exec.Cmd) map[string]string {
		t.Helper()
		out, err := cmd.Output()
		if err != nil && cmd.ProcessState == nil {
			t.Fatal(err)
		}
		return verdicts(t, out)
	}
	args := []string{"-o", "ndjson", "--timeout", "1m", root}
	want := seenBy(command(args...))
	all := unitSettings(t, "AmbientCapabilities")
	if list := differences(seenBy(confined(t, all, args...)), want); len(list) > 0 {
		t.Errorf("with %v it sees\n%v", all, strings.Join(list, "\n"))
	}
	doctor := []string{"--doctor", "-o", "json", "--read-only", root}
	known := remedies(t, command(doctor...)) // there may be what not even root sees
	for i, name := range all {
		without := slices.Delete(slices.Clone(all), i, i+1)
		if len(differences(seenBy(confined(t, without, args...)), want)) == 0 {
			t.Errorf("it sees as much without %s", name)
		}
		told := 0
		for check, remedy := range remedies(t, confined(t, without, doctor...)) {
			if strings.HasSuffix(remedy, name) {
				told++
			} else if remedy != known[check] {
				t.Errorf("without %s, %s: %s", name, check, remedy)
			}
		}
		if told == 0 {
			t.Errorf("--doctor does not say that %s is missing", name)
		}
	}
}

// remedies are what --doctor says would help, by check, of this host.
func remedies(t *testing.T, doctor *exec.Cmd) map[string]string {
	t.Helper()
	out, err := doctor.Output()
	var said struct {
		Checks []struct{ Check, Remedy string }
	}
	if err := json.Unmarshal(out, &said); err != nil {
		t.Fatal(err)
	}
	if err != nil && doctor.ProcessState.ExitCode() != 3 { // the root cannot be entered
		t.Fatal(err)
	}
	of := map[string]string{}
	for _, c := range said.Checks {
		of[c.Check] = c.Remedy
	}
	return of
}

// The program makes no system call that the unit refuses.
func TestUnitSystemCalls(t *testing.T) {
	needStrace(t)
	hosttest.NeedTool(t, "setpriv")
	hosttest.NeedTool(t, "systemd-analyze")
	root := privateWorld(t, locktest.HeldPlain, locktest.StalePlain, locktest.StaleReused, locktest.OrphanedPlain, locktest.UnknownPosix)
	allowed := map[string]bool{}
	for _, filters := range unitValues(t, "SystemCallFilter") {
		filters, forbidden := strings.CutPrefix(filters, "~")
		for _, filter := range strings.Fields(filters) {
			systemCalls(t, filter, func(name string) { allowed[name] = !forbidden })
		}
	}
	systemCalls(t, "@default", func(name string) { allowed[name] = true }) // always allowed
	calls := filepath.Join(t.TempDir(), "calls")
	trace := exec.Command("strace", "-f", "-o", calls,
		release(t, t.TempDir()), "--listen", ":0", "--read-only", "-i", "100ms", "--timeout", "1m", root)
	// The unit has no others. Strace is root, and so is the program that it runs.
	var others []string
	for _, name := range unitSettings(t, "CapabilityBoundingSet") {
		others = append(others, "+"+strings.ToLower(strings.TrimPrefix(name, "CAP_")))
	}
	only := "-all," + strings.Join(others, ",")
	trace.Args = slices.Concat([]string{"setpriv", "--bounding-set", only, "--inh-caps", only}, trace.Args)
	trace.Path, _ = exec.LookPath("setpriv")
	stderr, err := trace.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	hosttest.Begin(t, trace)
	line, err := bufio.NewReader(stderr).ReadString('\n')
	address, ok := strings.CutPrefix(line, "lockscope: serving http://")
	if !ok {
		t.Fatalf("it says %q: %v", line, err)
	}
	url := "http://" + strings.TrimSuffix(address, "/metrics\n")
	hosttest.Eventually(t, "it is healthy", func() bool {
		status, _ := get(t, "GET", url+"/healthz")
		return status == 200
	})
	get(t, "GET", url+"/metrics")
	pid := trace.Process.Pid
	children, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	if err != nil {
		t.Fatal(err)
	}
	traced, err := strconv.Atoi(strings.TrimSpace(string(children)))
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.Kill(traced, unix.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if status := exitStatus(t, trace); status != 0 {
		t.Errorf("ended with %d", status)
	}
	text, err := os.ReadFile(calls)
	if err != nil {
		t.Fatal(err)
	}
	families := unitSettings(t, "RestrictAddressFamilies")
	made := map[string]bool{}
	for _, call := range regexp.MustCompile(`(?m)^\d+ +(\w+)\((\w*)`).FindAllSubmatch(text, -1) {
		name, first := string(call[1]), string(call[2])
		if !allowed[name] && !made[name] {
			t.Errorf("%s is not allowed", name)
		}
		if name == "socket" && !slices.Contains(families, first) {
			t.Errorf("%s is not among %v", first, families)
		}
		made[name] = true
	}
	if len(made) < 20 || !made["socket"] {
		t.Errorf("only these system calls were seen: %v", made)
	}
}

// systemCalls are those of a filter of systemd's, and of the filters that are part of it.
func systemCalls(t *testing.T, filter string, do func(name string)) {
	t.Helper()
	if filter[0] != '@' {
		do(filter)
		return
	}
	out, err := exec.Command("systemd-analyze", "syscall-filter", filter).Output()
	if err != nil {
		t.Fatalf("%s: %v", filter, err)
	}
	for line := range strings.Lines(string(out)) {
		switch name := strings.TrimSpace(line); {
		case name == "" || name == filter || name[0] == '#':
		default:
			systemCalls(t, name, do)
		}
	}
}
