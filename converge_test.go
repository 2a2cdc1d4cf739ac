package main

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"lockscope/scan/hosttest"
)

// Directories vanish, are renamed away and over, and turn into other things, thousands of times, while they are watched.
// For a part of that time the watch is stopped, so that its queue of events overflows. When that is over, it has told
// what a new scan finds: no more, no less, and each that is gone once.
func TestWatchConverges(t *testing.T) {
	for _, mounted := range []string{"", "tmpfs"} {
		t.Run(mounted, func(t *testing.T) {
			t.Parallel()
			root := hosttest.TempDir(t)
			if mounted != "" {
				root = hosttest.Mount(t, "-t", mounted, mounted)
			}
			seed := rand.Uint64()
			t.Log("seed ", seed)
			chance := rand.New(rand.NewPCG(seed, seed))
			dir := func() string { return fmt.Sprintf("%s/shard-%d/tenant-%d", root, chance.IntN(4), chance.IntN(12)) }
			for shard := range 4 {
				hosttest.MakeDir(t, fmt.Sprintf("%s/shard-%d", root, shard))
			}
			cmd := command("-w", "-o", "ndjson", "-i", "100ms", "--timeout", "1m", root)
			next := follow(t, cmd)
			known := map[string]string{}
			told := func(l line) {
				switch l.Type {
				case "dir", "change":
					known[l.Path] = l.State
				case "gone":
					if _, ok := known[l.Path]; !ok {
						t.Errorf("%s is gone, and was not there", l.Path)
					}
					delete(known, l.Path)
				}
			}
			for l := next(); l.Type != "summary"; l = next() {
				told(l)
			}
			for i := range 6000 {
				if i == 2000 {
					cmd.Process.Signal(syscall.SIGSTOP)
				}
				if i == 5000 {
					cmd.Process.Signal(syscall.SIGCONT)
				}
				d, other := dir(), dir()
				switch chance.IntN(9) {
				case 0:
					os.RemoveAll(d)
				case 1:
					os.Rename(d, other)
				case 2:
					os.RemoveAll(other)
					os.Rename(d, other)
				case 3:
					unix.Renameat2(unix.AT_FDCWD, d, unix.AT_FDCWD, other, unix.RENAME_EXCHANGE)
				case 4:
					os.RemoveAll(d)
					[]func(){
						func() { os.WriteFile(d, nil, 0o644) }, func() { os.Symlink(other, d) }, func() { unix.Mkfifo(d, 0o644) },
					}[chance.IntN(3)]()
				case 5:
					os.Remove(filepath.Join(d, ".handoff.pidfile"))
				case 6:
					os.Rename(filepath.Dir(d), root+"/away")
					os.Rename(root+"/away", filepath.Dir(d))
				default:
					if os.MkdirAll(d, 0o755) == nil {
						os.WriteFile(d+"/.handoff.lock", nil, 0o644)
						os.WriteFile(d+"/.handoff.pidfile", []byte(hosttest.DeadPID), 0o644)
					}
				}
			}
			last := hosttest.MakeStale(t, root+"/shard-0/the-last")
			want := map[string]string{}
			lines, status := lockscope(t, command("-o", "ndjson", "--timeout", "1m", root))
			for path, l := range lines {
				if l.Type == "dir" {
					want[path] = l.State
				} else if l.Type == "error" {
					t.Errorf("%+v", l)
				}
			}
			if status != 0 || want[last] != "stale" {
				t.Fatalf("exit status %d, %v", status, want)
			}
			for !maps.Equal(known, want) {
				told(next())
			}
			if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
			if err := cmd.Wait(); err != nil {
				t.Error(err)
			}
		})
	}
}
