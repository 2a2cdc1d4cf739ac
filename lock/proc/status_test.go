package proc

import (
	"fmt"
	"os"
	"os/exec"
	"reflect"
	"strings"
	"syscall"
	"testing"
)

func TestParseStatus(t *testing.T) {
	const text = "Name:\tNSpid: 7\\nUid:\nUmask:\t0022\nState:\tS (sleeping)\nTgid:\t9034\nPid:\t9034\n" +
		"Uid:\t0\t65534\t0\t0\nGid:\t1\t2\t3\t4\nNStgid:\t9034\t12\t1\nNSpid:\t9034\t12\t1\nNSpgid:\t9\t8\t7\n"
	if got, want := ParseStatus([]byte(text)), (Status{UID: "65534", TGID: 9034, NSPID: 1, Inner: []int{12, 1}}); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
	for _, text := range []string{"", "NSpid:", "NSpid:\tx\n", "Uid:\t0\n", "\n\n:::\n"} {
		if got := ParseStatus([]byte(text)); !reflect.DeepEqual(got, Status{}) {
			t.Errorf("ParseStatus(%q) = %+v", text, got)
		}
	}
}

func TestStatus(t *testing.T) {
	f := fixture(t)
	if got, err := f.Task(1).Status(); !reflect.DeepEqual(got, Status{UID: "65534", TGID: 1, NSPID: 1}) || err != nil {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err := f.Task(2).Status(); !reflect.DeepEqual(got, Status{}) || !IsGone(err) {
		t.Errorf("of nobody: %+v, %v", got, err)
	}
}

// The NSpid line comes after the Groups line, which has up to 65,536 numbers (NGROUPS_MAX).
func TestStatusOfManyGroups(t *testing.T) {
	task := fixture(t).Task(1)
	for groups := range 1 << 16 {
		if groups > 1<<10 && groups != 1<<16-1 { // the lengths around the size of one read, and the longest
			continue
		}
		text := "Tgid:\t1\nUid:\t0\t65534\t0\t0\nGroups:\t" + strings.Repeat("12345 ", groups) + "\nNSpid:\t1\t12345\n"
		if err := os.WriteFile(string(task)+"/status", []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if got, err := task.Status(); !reflect.DeepEqual(got, Status{UID: "65534", TGID: 1, NSPID: 12345, Inner: []int{12345}}) || err != nil {
			t.Fatalf("with %d groups: %+v, %v", groups, got, err)
		}
	}
}

func TestStatusOfRealGroups(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can start a process of other groups")
	}
	cmd := exec.Command("sleep", "1000")
	var groups []uint32
	for i := range 2000 {
		groups = append(groups, uint32(1_000_000+i))
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Groups: groups}}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Wait()
	defer cmd.Process.Kill()
	pid := cmd.Process.Pid
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil || len(text) < 2*textSize {
		t.Fatalf("its status has %d bytes (%v), which is too short for this test", len(text), err)
	}
	if got, err := Host.Task(pid).Status(); !reflect.DeepEqual(got, Status{UID: "0", TGID: pid, NSPID: pid}) || err != nil {
		t.Errorf("%+v, %v, want PID %d", got, err, pid)
	}
}

func TestHasThread(t *testing.T) {
	task := fixture(t).Task(5000002)
	for number, want := range map[int]bool{12: true, 14: true, 15: false, 0: false, 5000004: false} {
		if task.HasThread(number) != want {
			t.Errorf("thread %d: %v", number, !want)
		}
	}
}

// FuzzParseStatus: a process chooses its name, the first line of the text.
func FuzzParseStatus(f *testing.F) {
	f.Add("kvd", []byte("Tgid:\t9034\nPid:\t9034\nUid:\t0\t65534\t0\t0\nGroups:\t1 2\nNSpid:\t9034\t1\n"))
	f.Add("NSpid:\t7", []byte("Uid:\t\nNSpid:\nTgid:"))
	f.Fuzz(func(t *testing.T, name string, rest []byte) {
		escaped := strings.NewReplacer("\\", `\\`, "\n", `\n`).Replace(name) // as the kernel does
		got, want := ParseStatus(append([]byte("Name:\t"+escaped+"\n"), rest...)), ParseStatus(rest)
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("beside the name %q: %+v, else %+v", name, got, want)
		}
		if len(got.UID) > len(rest) {
			t.Fatalf("the user %q is longer than the text", got.UID)
		}
	})
}
