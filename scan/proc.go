package scan

import (
	"errors"
	"io/fs"
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
	buf := make([]byte, maxCommand)
	text, _ := lock.ReadProc(dir+"/status", buf)
	status := lock.ParseStatus(text)
	if status.NSPID > 0 {
		p.NSPID = status.NSPID
	}
	p.Command = command(dir, buf)
	d.mu.Lock()
	defer d.mu.Unlock()
	p.User = d.user(status.UID)
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

// command is the process's command line; in brackets its name, where it has no
// command line, as kernel threads and zombies have none.
func command(dir string, buf []byte) string {
	line, _ := lock.ReadProc(dir+"/cmdline", buf)
	if text := strings.TrimRight(string(line), "\x00 "); text != "" {
		return strings.ReplaceAll(text, "\x00", " ")
	}
	if comm, err := lock.ReadProc(dir+"/comm", buf); err == nil {
		return "[" + strings.TrimSuffix(string(comm), "\n") + "]"
	}
	return ""
}

// vanished reports whether an error from /proc means that the process is gone.
func vanished(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, unix.ESRCH)
}
