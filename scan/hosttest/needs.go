package hosttest

import (
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// Patience is a time limit for one directory that the busiest host does not reach.
const Patience = time.Minute

// Eventually waits until something is so.
func Eventually(t *testing.T, what string, isSo func() bool) {
	t.Helper()
	for deadline := time.Now().Add(Patience); !isSo(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("it never came that %s", what)
		}
	}
}

// NeedTool skips the test unless there are programs of these names.
func NeedTool(t *testing.T, names ...string) {
	t.Helper()
	for _, name := range names {
		if _, err := exec.LookPath(name); err != nil {
			t.Skip("needs ", name)
		}
	}
}

// Run runs a command to its end, which must be a success.
func Run(t *testing.T, name string, args ...string) {
	t.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
}

// NeedRoot skips the test, unless root runs it, or a process that root has started for it by [Again].
func NeedRoot(t *testing.T, what string) {
	t.Helper()
	if os.Geteuid() != 0 && os.Getenv(Elsewhere) == "" {
		t.Skipf("only root can %s", what)
	}
}
