package scan

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"os/user"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/sys/unix"

	"lockscope/lock"
)

// maxCommand is how much of a command line is kept, in bytes.
const maxCommand = 4096

// describer finds out who processes are. What it says of a process it says
// once: later questions about the same PID and start time get the same answer.
// It may be used concurrently.
type describer struct {
	mu    sync.Mutex
	known map[lock.Process]*Process
	users map[string]string // by number
}

func newDescriber() *describer {
	return &describer{known: map[lock.Process]*Process{}, users: map[string]string{}}
}

func (d *describer) describe(id lock.Process) *Process {
	d.mu.Lock()
	p := d.known[id]
	d.mu.Unlock()
	if p != nil {
		return p
	}
	p = &Process{PID: id.PID, NSPID: id.PID, Ticks: id.Ticks, Started: id.Started()}
	dir := "/proc/" + strconv.Itoa(id.PID)
	status, _ := os.ReadFile(dir + "/status")
	uid, nspid := parseStatus(status)
	if nspid > 0 {
		p.NSPID = nspid
	}
	p.Command = command(dir)
	d.mu.Lock()
	defer d.mu.Unlock()
	p.User = d.user(uid)
	d.known[id] = p
	return p
}

// keep forgets every process that is not among those in use.
func (d *describer) keep(inUse map[lock.Process]bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for id := range d.known {
		if !inUse[id] {
			delete(d.known, id)
		}
	}
}

func (d *describer) user(uid string) string {
	if uid == "" {
		return ""
	}
	name, ok := d.users[uid]
	if !ok {
		name = uid
		if u, err := user.LookupId(uid); err == nil {
			name = u.Username
		}
		d.users[uid] = name
	}
	return name
}

// parseStatus reads the effective user's number and the PID in the innermost
// namespace from the text of /proc/<pid>/status (proc(5)).
func parseStatus(text []byte) (uid string, nspid int) {
	for line := range bytes.Lines(text) {
		key, value, _ := bytes.Cut(line, []byte(":"))
		f := strings.Fields(string(value))
		switch {
		case string(key) == "Uid" && len(f) >= 2:
			uid = f[1]
		case string(key) == "NSpid" && len(f) >= 1:
			nspid, _ = strconv.Atoi(f[len(f)-1])
		}
	}
	return uid, nspid
}

// command is the process's command line; in brackets its name, where it has no
// command line, as kernel threads and zombies have none.
func command(dir string) string {
	f, err := os.Open(dir + "/cmdline")
	if err == nil {
		defer f.Close()
		buf := make([]byte, maxCommand)
		n, _ := f.Read(buf)
		if text := strings.TrimRight(string(buf[:n]), "\x00 "); text != "" {
			return strings.ReplaceAll(text, "\x00", " ")
		}
	}
	if comm, err := os.ReadFile(dir + "/comm"); err == nil {
		return "[" + strings.TrimSuffix(string(comm), "\n") + "]"
	}
	return ""
}

// vanished reports whether an error from /proc means that the process is gone.
func vanished(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, unix.ESRCH)
}
