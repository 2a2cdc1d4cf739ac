package lock

import (
	"bytes"
	"errors"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"lockscope/lock/proc"
)

// ticksPerSecond is USER_HZ, which is 100 on every architecture that Go runs on.
const ticksPerSecond = 100

// FindProcess returns the process that has this PID now, with its state:
// ProcessGone, ProcessAlive or ProcessZombie, or ProcessUnknown with the error.
// A thread-group leader that has exited while other threads run is alive.
//
// Threads have numbers too, and kill(2) and /proc answer for them as for processes. Of such a number it
// returns the process that the thread is of, which has another PID.
func FindProcess(pid int) (Process, ProcessState, error) {
	if !exists(pid) {
		return Process{}, ProcessGone, nil
	}
	var buf [4096]byte
	if isThread(pid) {
		text, err := ReadProc("/proc/"+strconv.Itoa(pid)+"/status", buf[:])
		if hasEnded(err) {
			return Process{}, ProcessGone, nil
		} else if err != nil {
			return Process{PID: pid}, ProcessUnknown, err
		}
		if tgid := ParseStatus(text).TGID; tgid > 0 {
			pid = tgid
		}
	}
	stat := "/proc/" + strconv.Itoa(pid) + "/stat"
	text, err := ReadProc(stat, buf[:])
	if hasEnded(err) {
		if exists(pid) { // /proc is mounted with hidepid, or is not ours
			return Process{PID: pid}, ProcessAlive, nil
		}
		return Process{}, ProcessGone, nil
	} else if err != nil {
		return Process{PID: pid}, ProcessUnknown, err
	}
	state, threads, ticks, ok := ParseStat(text)
	if !ok {
		return Process{PID: pid}, ProcessUnknown, pathError("parse", stat, errors.New("unexpected format"))
	}
	p := Process{PID: pid, Ticks: ticks}
	if (state == 'Z' || state == 'X') && threads <= 1 {
		return p, ProcessZombie, nil
	}
	return p, ProcessAlive, nil
}

// isThread reports whether a number that is in use is that of a thread which is no process's first.
// tgkill(2) finds nobody if the thread is not of the thread group that is named, here by the same number.
func isThread(number int) bool {
	err := ignoringEINTR(func() error { return unix.Tgkill(number, number, 0) })
	return err == unix.ESRCH
}

// ParseStat reads the state, the number of threads and the start time, in
// clock ticks since boot, from the text of /proc/<pid>/stat. The command in
// field 2 may have any byte in it, parentheses too, so the fields are counted
// from the last one (proc(5)).
func ParseStat(text []byte) (state byte, threads int, ticks uint64, ok bool) {
	i := bytes.LastIndexByte(text, ')')
	if i < 0 {
		return 0, 0, 0, false
	}
	fields := bytes.Fields(text[i+1:])
	if len(fields) < 20 || len(fields[0]) != 1 {
		return 0, 0, 0, false
	}
	threads, err1 := strconv.Atoi(string(fields[17]))
	ticks, err2 := strconv.ParseUint(string(fields[19]), 10, 64)
	return fields[0][0], threads, ticks, err1 == nil && err2 == nil
}

// ReadProc returns the start of a file in /proc, as much as one read gives and buf takes:
// the whole of a short one. It is done for each process of a host, and os.ReadFile makes
// twice the system calls.
func ReadProc(path string, buf []byte) ([]byte, error) {
	fd, err := open(unix.AT_FDCWD, path, unix.O_RDONLY, 0)
	if err != nil {
		return nil, pathError("open", path, err)
	}
	defer unix.Close(fd)
	n, err := read(fd, buf)
	if err != nil {
		return nil, pathError("read", path, err)
	}
	return buf[:n], nil
}

// hasEnded reports whether an error of /proc means that the process is gone.
func hasEnded(err error) bool { return errors.Is(err, os.ErrNotExist) || errors.Is(err, unix.ESRCH) }

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

// Used is a file that a process uses: by a descriptor, a mapping, or as its working or root directory.
type Used struct {
	proc.Place
	Private bool // by a private mapping, as programs and libraries are mapped: it writes nothing to the file
}

// Open returns everything the process has open, mapped, or as
// its working or root directory, given the mounts of its namespace. The kernel's names of them are
// only read, never resolved: stat through /proc/<pid>/fd would hang on a hung
// mount. The error says that not all could be seen.
func (p Process) Open(mounts proc.Mounts) ([]Used, error) {
	dir := p.procDir()
	var used []Used
	var failed error
	add := func(name string, private bool) {
		if !strings.HasPrefix(name, "/") {
			return // a socket, a pipe
		}
		place, ok := mounts.Place(name)
		if !ok {
			failed = errNoMount
			return
		}
		used = append(used, Used{place, private})
		if undeleted, ok := strings.CutSuffix(place.Path, deletedMark); ok { // or so it is called
			used = append(used, Used{proc.Place{Dev: place.Dev, Path: undeleted}, private})
		}
	}
	link := func(name string) string {
		path, err := os.Readlink(name)
		switch {
		case err == nil:
			add(path, false)
		case !hasEnded(err): // closed meanwhile
			failed = err
		}
		return path
	}
	link(dir + "/cwd")
	link(dir + "/root")
	seen := map[int]bool{}
	for _, m := range mounts {
		seen[m.ID] = true
	}
	fds, err := os.Open(dir + "/fd")
	if err != nil {
		return used, err
	}
	defer fds.Close()
	for err == nil {
		var names []string
		names, err = fds.Readdirnames(1024)
		for _, name := range names {
			path := link(dir + "/fd/" + name)
			if !isFile(path) {
				continue
			}
			fd, _ := strconv.Atoi(name)
			// A mount that was unmounted meanwhile, or is another namespace's: the path means nothing here. Of a
			// descriptor that was closed just now there is none.
			if mount := proc.ReadFDInfo(dir, fd).MountID; mount != 0 && !seen[mount] {
				failed = errNoMount
			}
		}
	}
	if err != io.EOF && !errors.Is(err, unix.ESRCH) {
		failed = err
	}
	maps, err := os.ReadFile(dir + "/maps")
	if err != nil && !errors.Is(err, unix.ESRCH) {
		failed = err
	}
	for _, m := range mappedFiles(maps) {
		add(m.path, m.private)
	}
	return used, failed
}

// Touched returns the places of what the process has open, or as its working directory: less than Open, but much sooner.
func (p Process) Touched(mounts proc.Mounts) (places []proc.Place) {
	dir := p.procDir()
	fds, _ := os.ReadDir(dir + "/fd")
	links := []string{dir + "/cwd"}
	for _, fd := range fds {
		links = append(links, dir+"/fd/"+fd.Name())
	}
	for _, link := range links {
		name, _ := os.Readlink(link)
		if place, ok := mounts.Place(name); ok && isFile(name) {
			places = append(places, place)
		}
	}
	return places
}

// isFile reports whether the kernel's name of a descriptor is the path of a file, and not that of memory, which it
// writes like one, or of a device: containers have those of the host open.
func isFile(name string) bool {
	return strings.HasPrefix(name, "/") && !slices.ContainsFunc([]string{"/dev/", "/memfd:", "/SYSV", "/secretmem", "/anon_hugepage", "/dmabuf:"},
		func(prefix string) bool { return strings.HasPrefix(name, prefix) })
}

// mappedFile is a file of which a process has mapped something.
type mappedFile struct {
	path    string
	private bool
}

// mappedFiles returns the files in the text of /proc/<pid>/maps, each once as
// long as its mappings are adjacent. A newline in one is written \012 there.
func mappedFiles(maps []byte) []mappedFile {
	var files []mappedFile
	for line := range bytes.Lines(maps) {
		mapping, path, ok := bytes.Cut(line, []byte(" /"))
		if !ok {
			continue
		}
		_, flags, _ := bytes.Cut(mapping, []byte(" "))
		name := "/" + string(bytes.ReplaceAll(bytes.TrimSuffix(path, []byte("\n")), []byte(`\012`), []byte("\n")))
		file := mappedFile{name, len(flags) > 3 && flags[3] == 'p'}
		if len(files) == 0 || files[len(files)-1] != file {
			files = append(files, file)
		}
	}
	return files
}

var errNoMount = errors.New("on no mount that can be seen from here")

// MountNamespace identifies the mount namespace of the process. What one
// process calls a path is another file to a process of another namespace.
func (p Process) MountNamespace() (string, error) {
	return os.Readlink(p.procDir() + "/ns/mnt")
}

// PIDNamespace identifies the PID namespace of the process.
func (p Process) PIDNamespace() (string, error) {
	return os.Readlink(p.procDir() + "/ns/pid")
}

// procDir is where /proc shows what the process has: its own directory there, or,
// where its first thread has exited and shows nothing, that of another thread.
func (p Process) procDir() string {
	dir := "/proc/" + strconv.Itoa(p.PID)
	_, err := os.Readlink(dir + "/cwd")
	if !errors.Is(err, os.ErrNotExist) {
		return dir
	}
	threads, _ := os.ReadDir(dir + "/task")
	for _, t := range threads {
		thread := dir + "/task/" + t.Name()
		if _, err := os.Readlink(thread + "/cwd"); err == nil {
			return thread
		}
	}
	return dir
}

// Mounts returns the mounts that the paths in the process's links refer to, as
// this program reads them. In its own namespace those are its own, also where the other is
// in a chroot; in another, they are that process's.
func (p Process) Mounts() (proc.Mounts, error) {
	theirs, err := p.MountNamespace()
	if err != nil {
		return nil, err
	}
	file := "/proc/self/mountinfo"
	if ours, err := os.Readlink("/proc/self/ns/mnt"); err != nil || ours != theirs {
		// There, mountinfo starts from its root directory, and links do not.
		if root, err := os.Readlink(p.procDir() + "/root"); err != nil || root != "/" {
			return nil, errors.Join(err, errNoMount)
		}
		file = p.procDir() + "/mountinfo"
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return proc.ParseMounts(f)
}

// RealPath is what the kernel calls the directory: its path without links. It
// is the path it was opened by where that cannot be told.
func (d Dir) RealPath() string {
	name, err := os.Readlink("/proc/self/fd/" + strconv.Itoa(d.fd))
	if err != nil {
		return d.path
	}
	return name
}

// Place is where the directory is, given the mounts of this program's namespace.
func (d Dir) Place(mounts proc.Mounts) (proc.Place, bool) { return mounts.Place(d.RealPath()) }

// NestedProcesses returns the processes that live in PID namespaces below
// this program's, by the PIDs they have there: a daemon in a container knows, and
// writes into its pidfile, no other (pid_namespaces(7)).
func NestedProcesses() (map[int][]Process, error) {
	proc, err := os.Open("/proc")
	if err != nil {
		return nil, err
	}
	defer proc.Close()
	entries, err := proc.Readdirnames(-1)
	ours, _ := os.Readlink("/proc/self/ns/pid")
	buf := make([]byte, 4096)
	nested := map[int][]Process{}
	for _, name := range entries {
		pid, notPID := strconv.Atoi(name)
		if notPID != nil {
			continue
		}
		if ns, err := os.Readlink("/proc/" + name + "/ns/pid"); err == nil && ns == ours {
			continue // most are: a link is read much sooner than the status is printed
		}
		text, err := ReadProc("/proc/"+name+"/status", buf)
		if hasEnded(err) {
			continue
		} else if err != nil {
			return nil, err
		}
		if there := ParseStatus(text).NSPID; there != pid && there > 0 {
			if p, state, err := FindProcess(pid); err == nil && state == ProcessAlive {
				nested[there] = append(nested[there], p)
			}
		}
	}
	return nested, err
}

// HasThread reports whether one of the process's threads has this number in the PID namespace that the process lives in.
func (p Process) HasThread(number int) bool {
	tasks := "/proc/" + strconv.Itoa(p.PID) + "/task/"
	threads, _ := os.ReadDir(tasks)
	buf := make([]byte, 4096)
	return slices.ContainsFunc(threads, func(t os.DirEntry) bool {
		text, err := ReadProc(tasks+t.Name()+"/status", buf)
		return err == nil && ParseStatus(text).NSPID == number
	})
}

// Status is what /proc/<pid>/status says of a process (proc(5)).
type Status struct {
	UID   string // its effective user's number
	TGID  int    // the PID of the process that a thread is of; its own for a process
	NSPID int    // its PID in its own namespace
}

// ParseStatus reads the text of /proc/<pid>/status.
func ParseStatus(text []byte) (s Status) {
	for line := range bytes.Lines(text) {
		key, value, _ := bytes.Cut(line, []byte(":"))
		f := bytes.Fields(value)
		switch {
		case string(key) == "Uid" && len(f) >= 2:
			s.UID = string(f[1])
		case string(key) == "Tgid" && len(f) >= 1:
			s.TGID, _ = strconv.Atoi(string(f[0]))
		case string(key) == "NSpid" && len(f) >= 1:
			s.NSPID, _ = strconv.Atoi(string(f[len(f)-1]))
		}
	}
	return s
}
