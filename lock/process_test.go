//go:build linux

package lock_test

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"lockscope/lock"
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

func FuzzParseStat(f *testing.F) {
	f.Add("kvd", byte('S'), uint64(4412))
	f.Add("((ugly )pr()cess( R 1 2 3) ", byte('R'), uint64(0))
	f.Add(") Z 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 99 ", byte('D'), uint64(1<<64-1))
	f.Add("new\nline\x00\xff\x1b[2J", byte('Z'), uint64(1))
	f.Add("", byte('t'), uint64(7))
	f.Fuzz(func(t *testing.T, comm string, state byte, ticks uint64) {
		if strings.IndexByte(" \t\n\v\f\r)", state) >= 0 || state >= 0x80 {
			t.Skip("the kernel has no such state")
		}
		text := fmt.Sprintf("9034 (%s) %c 1 9034 9034 0 -1 4194560 141 0 0 0 12 7 0 0 20 0 1 0 %d 2703360 229 18446744073709551615 1 1\n",
			comm, state, ticks)
		if s, threads, n, ok := lock.ParseStat([]byte(text)); s != state || threads != 1 || n != ticks || !ok {
			t.Fatalf("ParseStat(%q) = %c, %d, %d, %v", text, s, threads, n, ok)
		}
		// Cut short, it is refused or says the same, unless it was cut within the number.
		for i := max(0, len(text)-200); i < len(text); i++ {
			s, _, n, ok := lock.ParseStat([]byte(text[:i]))
			if ok && s != state && strings.LastIndexByte(comm, ')') < 0 {
				t.Fatalf("ParseStat(%q) = %c, %d, %v", text[:i], s, n, ok)
			}
		}
	})
}

func TestParseStatRefuses(t *testing.T) {
	const rest = " 1 1 1 0 -1 4194560 1 1 0 0 12 7 0 0 20 0 1 0"
	for _, text := range []string{
		"", ")", "1 (a)", "1 (a", "1 a S" + rest + " 99\n",
		"1 (a) S" + rest + "\n",     // no start time
		"1 (a) S" + rest + " -1\n",  // not one
		"1 (a) S" + rest + " 0x9\n", // nor this
		"1 (a) SS" + rest + " 99\n", // no state
		"1 (a) S" + rest + " 99999999999999999999\n",
	} {
		if state, _, ticks, ok := lock.ParseStat([]byte(text)); ok {
			t.Errorf("ParseStat(%q) = %c, %d, true", text, state, ticks)
		}
	}
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

func TestFindProcess(t *testing.T) {
	find := func(pid int) (lock.Process, lock.ProcessState) {
		t.Helper()
		p, state, err := lock.FindProcess(pid)
		if err != nil {
			t.Fatal(err)
		}
		return p, state
	}
	for _, pid := range []int{deadPID, 0, -1, -os.Getpid(), -deadPID} {
		if p, state := find(pid); state != lock.ProcessGone || p != (lock.Process{}) {
			t.Errorf("PID %d: %+v, %v, want gone", pid, p, state)
		}
	}
	self, state := find(os.Getpid())
	if state != lock.ProcessAlive || self.PID != os.Getpid() {
		t.Errorf("self: %+v, %v", self, state)
	}

	before := time.Now()
	q := goPeer(t).hold(t, t.TempDir())
	child, state := find(q.pid())
	if state != lock.ProcessAlive || child.Ticks < self.Ticks {
		t.Errorf("child: %+v, %v, self %+v", child, state, self)
	}
	const tick = time.Second / 100
	if started := child.Started(); started.Before(before.Add(-2*tick)) || started.After(time.Now().Add(tick)) {
		t.Errorf("the child started %v, but was made between %v and %v", started, before, time.Now())
	}

	q.tell("die")
	q.zombify()
	if zombie, state := find(q.pid()); zombie != child || state != lock.ProcessZombie {
		t.Errorf("the zombie is %+v, %v, it was %+v", zombie, state, child)
	}
	q.kill() // reaps
	if _, state := find(q.pid()); state != lock.ProcessGone {
		t.Errorf("reaped: %v", state)
	}
}

// A process whose main thread has exited looks like a zombie, and runs.
func TestFindProcessHeadless(t *testing.T) {
	q := startHeadless(t, t.TempDir())
	if p, state, err := lock.FindProcess(q.pid()); state != lock.ProcessAlive || p.Ticks == 0 || err != nil {
		t.Errorf("%+v, %v, %v, want alive", p, state, err)
	}
	q.kill()
	if _, state, _ := lock.FindProcess(q.pid()); state != lock.ProcessGone {
		t.Errorf("after its end: %v", state)
	}
}

func startHeadless(t testing.TB, dir string) *process {
	q := goPeer(t).start(t, "headless", dir)
	q.expect("READY")
	stat := "/proc/" + strconv.Itoa(q.pid()) + "/stat"
	eventually(t, "the main thread has exited", func() bool {
		text, _ := os.ReadFile(stat)
		state, _, _, _ := lock.ParseStat(text)
		return state == 'Z'
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

func TestParseStatus(t *testing.T) {
	const text = "Name:\tNSpid: 7\\nUid:\nUmask:\t0022\nState:\tS (sleeping)\nTgid:\t9034\nPid:\t9034\n" +
		"Uid:\t0\t65534\t0\t0\nGid:\t1\t2\t3\t4\nNStgid:\t9034\t12\t1\nNSpid:\t9034\t12\t1\nNSpgid:\t9\t8\t7\n"
	if got, want := lock.ParseStatus([]byte(text)), (lock.Status{UID: "65534", TGID: 9034, NSPID: 1}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	for _, text := range []string{"", "NSpid:", "NSpid:\tx\n", "Uid:\t0\n", "\n\n:::\n"} {
		if got := lock.ParseStatus([]byte(text)); got != (lock.Status{}) {
			t.Errorf("ParseStatus(%q) = %+v", text, got)
		}
	}
}
