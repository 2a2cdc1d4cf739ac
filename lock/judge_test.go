//go:build linux

package lock_test

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"lockscope/lock"
	"lockscope/lock/proc"
)

func init() {
	if os.Getenv(peerVar) != "" {
		runtime.LockOSThread() // main runs on the thread-group leader, for headless
	}
}

// headless works in dir without its thread-group leader: that ends, while
// other threads live until the end of stdin.
func headless(dir string) {
	if err := os.Chdir(dir); err != nil {
		panic(err)
	}
	go func() {
		io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	fmt.Println("READY")
	unix.Syscall(unix.SYS_EXIT, 0, 0, 0)
}

func TestJudgeNamed(t *testing.T) {
	written := time.Unix(1_000_000, 0)
	const gone, alive, zombie, unknown = lock.ProcessGone, lock.ProcessAlive, lock.ProcessZombie, lock.ProcessUnknown
	// A live process, by when it started and whether it uses the directory.
	living := map[string]struct {
		started             time.Time
		some, none, unknown lock.ProcessState
	}{
		"long before":    {written.Add(-time.Hour), alive, lock.ProcessUnrelated, unknown},
		"at once":        {written, alive, lock.ProcessUnrelated, unknown},
		"at the margin":  {written.Add(2 * time.Second), alive, lock.ProcessUnrelated, unknown},
		"after it":       {written.Add(2*time.Second + 1), alive, lock.ProcessReused, unknown},
		"long after":     {written.Add(time.Hour), alive, lock.ProcessReused, unknown},
		"it is not told": {time.Time{}, alive, lock.ProcessUnrelated, unknown},
	}
	for when, want := range living {
		for use, want := range map[lock.Use]lock.ProcessState{lock.UseSome: want.some, lock.UseNone: want.none, lock.UseUnknown: want.unknown} {
			if got := lock.JudgeNamed(alive, living[when].started, written, use); got != want {
				t.Errorf("started %s, use %d: %v, want %v", when, use, got, want)
			}
			// Whatever else a process is, it stays.
			for _, now := range []lock.ProcessState{gone, zombie, unknown, lock.ProcessReused, lock.ProcessUnrelated} {
				if got := lock.JudgeNamed(now, living[when].started, written, use); got != now {
					t.Errorf("%v, started %s, use %d: %v", now, when, use, got)
				}
			}
		}
	}
}

func startHeadless(t testing.TB, dir string) *process {
	q := goPeer(t).start(t, "headless", dir)
	q.expect("READY")
	eventually(t, "the main thread has exited", func() bool {
		stat, err := proc.Host.Task(q.pid()).Stat()
		return err == nil && stat.State == 'Z'
	})
	return q
}

// What a live process has to do with the directory decides what is said of it.
func TestUse(t *testing.T) {
	const none, some = lock.ProcessUnrelated, lock.ProcessAlive
	for name, test := range map[string]struct {
		use  func(t *testing.T, q *sleeper, dir string)
		want lock.ProcessState
	}{
		"nothing": {func(*testing.T, *sleeper, string) {}, none},
		"the directory beside": {func(t *testing.T, q *sleeper, dir string) {
			q.cmd.Dir = dir + "2"
			mkdir(t, q.cmd.Dir)
		}, none},
		"the one above":     {func(t *testing.T, q *sleeper, dir string) { q.cmd.Dir = filepath.Dir(dir) }, none},
		"working directory": {func(t *testing.T, q *sleeper, dir string) { q.cmd.Dir = dir }, some},
		"a directory within": {func(t *testing.T, q *sleeper, dir string) {
			q.cmd.Dir = filepath.Join(dir, "a", "b")
			mkdir(t, q.cmd.Dir)
		}, some},
		"open file": {func(t *testing.T, q *sleeper, dir string) { q.open(filepath.Join(dir, "new\nline \xff")) }, some},
		"deleted open file": {func(t *testing.T, q *sleeper, dir string) {
			q.open(filepath.Join(dir, "data"))
			if err := os.Remove(filepath.Join(dir, "data")); err != nil {
				t.Fatal(err)
			}
		}, some},
		"program": {func(t *testing.T, q *sleeper, dir string) {
			program, err := os.ReadFile(q.cmd.Path)
			if err != nil {
				t.Fatal(err)
			}
			q.cmd.Path = filepath.Join(dir, "sleep")
			if err := os.WriteFile(q.cmd.Path, program, 0o755); err != nil {
				t.Fatal(err)
			}
		}, some},
	} {
		for _, data := range []string{"data", "a b", "back\\slash\nline"} {
			t.Run(name+"/"+data, func(t *testing.T) {
				dir := filepath.Join(t.TempDir(), data)
				mkdir(t, dir)
				q := newSleeper(t)
				test.use(t, q, dir)
				q.start()
				if name == "program" { // exec(2) returns to us before it is mapped
					maps := fmt.Sprintf("/proc/%d/maps", q.cmd.Process.Pid)
					eventually(t, "the program is mapped", func() bool {
						text, _ := os.ReadFile(maps)
						return strings.Contains(string(text), "/sleep\n")
					})
				}
				if got := judge(t, dir, q).Process; got != test.want {
					t.Errorf("%v, want %v", got, test.want)
				}
			})
		}
	}
	t.Run("cannot be told", func(t *testing.T) {
		needRoot(t, "give up the right to look")
		dir := publicDir(t)
		q := newSleeper(t)
		q.start()
		judge(t, dir, q)
		asNobody(t)
		if got := inspect(t, dir).Process; got != lock.ProcessUnknown {
			t.Errorf("%v, want unknown", got)
		}
	})
}

// judge inspects a directory whose pidfile names q, and is younger than it.
func judge(t testing.TB, dir string, q *sleeper) lock.Evidence {
	t.Helper()
	write(t, dir, pidfile, fmt.Sprintln(q.cmd.Process.Pid))
	writtenAt(t, filepath.Join(dir, pidfile), time.Now().Add(time.Hour))
	return inspect(t, dir)
}

func mkdir(t testing.TB, dir string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
}
