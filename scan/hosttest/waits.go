package hosttest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Functions of the kernel that a thread waits in.
const (
	FUSERequest = "request_wait_answer"
	OpenOfFIFO  = "wait_for_partner"
	ReadOfPipe  = "pipe_read"
)

// WaitsIn reports whether a thread of a process waits in one of these functions of the kernel (wchan in proc(5)).
func WaitsIn(t *testing.T, pid int, functions ...string) bool {
	t.Helper()
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/wchan", pid))
	if err != nil {
		t.Fatal(err)
	}
	for _, thread := range threads {
		where, _ := os.ReadFile(thread) // not of one that has ended
		for _, function := range functions {
			if strings.Contains(string(where), function) {
				return true
			}
		}
	}
	return false
}
