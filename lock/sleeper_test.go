//go:build linux

package lock_test

import (
	"os"
	"os/exec"
	"testing"
)

// sleeper is a process that has nothing to do with any directory, but what a test gives it.
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

// start starts it; it ends with the test. It has become sleep on return, and
// has no descriptor of ours but those it was given.
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
