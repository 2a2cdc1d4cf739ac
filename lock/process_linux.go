package lock

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// ticksPerSecond is USER_HZ, which is 100 on every architecture that Go runs on.
const ticksPerSecond = 100

// FindProcess returns the process that has this PID now, with its state:
// ProcessGone, ProcessAlive or ProcessZombie, or ProcessUnknown with the error.
// A thread-group leader that has exited while other threads run is alive.
func FindProcess(pid int) (Process, ProcessState, error) {
	if !exists(pid) {
		return Process{}, ProcessGone, nil
	}
	proc := "/proc/" + strconv.Itoa(pid)
	text, err := os.ReadFile(proc + "/stat")
	if errors.Is(err, unix.ESRCH) || errors.Is(err, os.ErrNotExist) {
		if exists(pid) { // /proc is mounted with hidepid, or is not ours
			return Process{PID: pid}, ProcessAlive, nil
		}
		return Process{}, ProcessGone, nil
	} else if err != nil {
		return Process{PID: pid}, ProcessUnknown, err
	}
	state, ticks, ok := ParseStat(text)
	if !ok {
		return Process{PID: pid}, ProcessUnknown, pathError("parse", proc+"/stat", errors.New("unexpected format"))
	}
	p := Process{PID: pid, Ticks: ticks}
	if (state == 'Z' || state == 'X') && !hasLiveThread(proc+"/task", pid) {
		return p, ProcessZombie, nil
	}
	return p, ProcessAlive, nil
}

// ParseStat reads the state and the start time, in clock ticks since boot,
// from the text of /proc/<pid>/stat. The command in field 2 may have any
// byte in it, parentheses too, so the fields are counted from the last one (proc(5)).
func ParseStat(text []byte) (state byte, ticks uint64, ok bool) {
	i := bytes.LastIndexByte(text, ')')
	if i < 0 {
		return 0, 0, false
	}
	fields := bytes.Fields(text[i+1:])
	if len(fields) < 20 || len(fields[0]) != 1 {
		return 0, 0, false
	}
	ticks, err := strconv.ParseUint(string(fields[19]), 10, 64)
	return fields[0][0], ticks, err == nil
}

func hasLiveThread(task string, leader int) bool {
	threads, err := os.ReadDir(task)
	if err != nil {
		return false
	}
	for _, t := range threads {
		text, err := os.ReadFile(task + "/" + t.Name() + "/stat")
		if err != nil || t.Name() == strconv.Itoa(leader) {
			continue
		}
		if state, _, ok := ParseStat(text); ok && state != 'Z' && state != 'X' {
			return true
		}
	}
	return false
}

// Started is the time of day at which the process started, as exact as clock ticks are. It is
// zero if that is not known.
func (p Process) Started() time.Time {
	if p.Ticks == 0 {
		return time.Time{}
	}
	var up unix.Timespec
	if unix.ClockGettime(unix.CLOCK_BOOTTIME, &up) != nil {
		return time.Time{}
	}
	sinceBoot := time.Duration(p.Ticks) * (time.Second / ticksPerSecond)
	return time.Now().Add(sinceBoot - time.Duration(up.Nano())).Round(0)
}

// Open returns the kernel's names of everything the process has open, mapped,
// or as its working or root directory. The names are only read, never
// resolved: stat through /proc/<pid>/fd would hang on a hung mount. The error
// says that not all could be seen.
func (p Process) Open() ([]string, error) {
	proc := "/proc/" + strconv.Itoa(p.PID)
	var paths []string
	var failed error
	link := func(name string) {
		switch path, err := os.Readlink(name); {
		case err == nil:
			paths = append(paths, path)
		case !errors.Is(err, os.ErrNotExist): // closed meanwhile
			failed = err
		}
	}
	link(proc + "/cwd")
	link(proc + "/root")
	fds, err := os.Open(proc + "/fd")
	if err != nil {
		return paths, err
	}
	defer fds.Close()
	for err == nil {
		var names []string
		names, err = fds.Readdirnames(1024)
		for _, name := range names {
			link(proc + "/fd/" + name)
		}
	}
	if err != io.EOF && !errors.Is(err, unix.ESRCH) {
		failed = err
	}
	maps, err := os.ReadFile(proc + "/maps")
	if err != nil && !errors.Is(err, unix.ESRCH) {
		failed = err
	}
	return append(paths, mappedFiles(maps)...), failed
}

// mappedFiles returns the paths in the text of /proc/<pid>/maps, each once as
// long as its mappings are adjacent. A newline in one is written \012 there.
func mappedFiles(maps []byte) []string {
	var paths []string
	for line := range bytes.Lines(maps) {
		_, path, ok := bytes.Cut(line, []byte(" /"))
		if !ok {
			continue
		}
		name := "/" + string(bytes.ReplaceAll(bytes.TrimSuffix(path, []byte("\n")), []byte(`\012`), []byte("\n")))
		if len(paths) == 0 || paths[len(paths)-1] != name {
			paths = append(paths, name)
		}
	}
	return paths
}

// kernelPath is how the kernel names the directory in other processes' links.
func (d Dir) kernelPath() (string, error) {
	return os.Readlink("/proc/self/fd/" + strconv.Itoa(d.fd))
}

// UsedBy says whether a process uses the directory.
func (d Dir) UsedBy(p Process) Use {
	dir, err := d.kernelPath()
	if err != nil {
		return UseUnknown
	}
	open, err := p.Open()
	for _, path := range open {
		if Below(path, dir) {
			return UseSome
		}
	}
	if err != nil {
		return UseUnknown
	}
	return UseNone
}
