package observe

import (
	"os"
	"testing"

	"lockscope/lock/proc"
)

// Descriptors are counted as far as they fit, over more processes than are asked about at a time.
func TestHaveAtMost(t *testing.T) {
	ps := New(Config{}).Begin().procs
	pids := make([]int, processesAtATime+1)
	for i := range pids {
		pids[i] = 2147483647
	}
	pids[processesAtATime] = os.Getpid()
	var files [50]*os.File
	for i := range files {
		f, err := os.Open(os.DevNull)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		files[i] = f
	}
	fds, err := proc.Host.Self().Descriptors()
	if err != nil {
		t.Fatal(err)
	}
	if ps.haveAtMost(len(files)-1, pids) || !ps.haveAtMost(len(fds)+len(files), pids) || !ps.haveAtMost(0, pids[:processesAtATime]) {
		t.Errorf("of %d descriptors more than %d, or fewer than %d, are counted", len(fds), len(fds)+len(files), len(files))
	}
}
