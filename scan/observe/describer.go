package observe

import (
	"os/user"
	"sync"

	"lockscope/lock/proc"
	"lockscope/scan/pool"
	"lockscope/scan/report"
)

// describer finds out who processes are: command, user, PID in their own namespace. A process is
// asked about once. As long as it is kept, the same PID and start time give the same answer. It may
// be used concurrently.
type describer struct {
	calls *calls
	mu    sync.Mutex
	known map[proc.Process]*report.Process
	users map[string]string // by number
}

func newDescriber(calls *calls) *describer {
	return &describer{calls: calls, known: map[proc.Process]*report.Process{}, users: map[string]string{}}
}

// said is what a process, or the kernel, says of it.
type said struct {
	status  proc.Status
	command string
}

// describe returns who a process is. What gives no answer is left out, and asked again the next time.
func (d *describer) describe(id proc.Process) *report.Process {
	d.mu.Lock()
	p := d.known[id]
	d.mu.Unlock()
	if p != nil {
		return p
	}
	p = &report.Process{PID: id.PID, NSPID: id.PID, Ticks: id.Ticks, Started: id.Started()}
	task := proc.Host.Task(id.PID)
	// A call costs as much as what is read by it, so both are read by one.
	said, ok := pool.Call(d.calls, subject{id.PID, "cmdline"}, func() (said said) {
		said.status, _ = task.Status()
		said.command = task.Command()
		return said
	})
	if !ok { // the command line may hang, the others do not
		said.status, _ = pool.Call(d.calls, subject{id.PID, "status"}, func() proc.Status {
			status, _ := task.Status()
			return status
		})
		said.command, _ = pool.Call(d.calls, subject{id.PID, "comm"}, task.Name)
	}
	p.Command = said.command
	if said.status.NSPID > 0 {
		p.NSPID = said.status.NSPID
	}
	p.User = d.user(said.status.UID)
	d.mu.Lock()
	defer d.mu.Unlock()
	if before := d.known[id]; before != nil {
		return before
	}
	if ok {
		d.known[id] = p
	}
	return p
}

// keep forgets every process that is not in use.
func (d *describer) keep(inUse map[proc.Process]bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for id := range d.known {
		if !inUse[id] {
			delete(d.known, id)
		}
	}
}

// user returns a user's name, or the number where the host gives none. The host may ask a server
// for it (nsswitch.conf(5)), which may hang.
func (d *describer) user(uid string) string {
	if uid == "" {
		return ""
	}
	d.mu.Lock()
	name, known := d.users[uid]
	d.mu.Unlock()
	if known {
		return name
	}
	u, err := callErr(d.calls, subject{what: "user " + uid}, func() (*user.User, error) { return user.LookupId(uid) })
	if err != nil {
		return uid
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.users[uid] = u.Username
	return u.Username
}
