//go:build linux

package lock_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lockscope/lock"
)

// memoryDir is a temporary directory in memory, where there is one: a daemon comes and goes many times as
// often there as on a disk.
func memoryDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "lockscope-test-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// A daemon that comes and goes beside thousands of breaks is refused by none of them: it waits
// for their leases. What is broken is a temporary that lies there whoever has the lock.
func TestBreakRefusesNoDaemon(t *testing.T) {
	for _, p := range peers {
		t.Run(p.name, func(t *testing.T) {
			daemon := p.peer(t)
			dir := memoryDir(t)
			write(t, dir, lockfile, "")
			seen := inspect(t, dir)
			name := fmt.Sprintf("%s.%d.tmp", pidfile, deadPID)
			done := daemon.start(t, "loop", dir, fmt.Sprint(loopSeconds())).answer()
			tried, broken, report := 0, 0, ""
			for report == "" {
				seen.Temps = []lock.Temp{{Name: name, ID: write(t, dir, name, "")}}
				for range 100 {
					tried++
					removed, err := lock.BreakStale(dir, seen)
					if err == nil {
						broken++
						break
					} else if removed != nil || !errors.Is(err, lock.ErrRefused) {
						t.Errorf("%q, %v", removed, err)
					}
				}
				select {
				case report = <-done:
				default:
				}
			}
			acquired := wantCounts(t, report, "loop")
			var counts map[string]int
			if err := json.Unmarshal([]byte(report), &counts); err != nil {
				t.Fatal(err)
			}
			refused := 0
			for what, n := range counts {
				if strings.HasPrefix(what, "held") {
					refused += n
				}
			}
			t.Logf("acquired %d, broken %d of %d, refused %d", acquired, broken, tried, refused)
			if refused > 0 {
				t.Errorf("the daemon was refused %d times, and nobody but the breaks had the lock", refused)
			}
			if acquired == 0 || broken == 0 {
				t.Errorf("they did not meet: acquired %d, broken %d", acquired, broken)
			}
			if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
				if _, err := lock.BreakStale(dir, seen); err != nil {
					t.Error(err)
				}
			}
			wantFiles(t, dir, lockfile)
		})
	}
}
