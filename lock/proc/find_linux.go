package proc

import (
	"time"

	"golang.org/x/sys/unix"

	"lockscope/lock/eintr"
)

// lookOnly opens a directory for *at calls only, which takes a fifth less time.
const lookOnly = unix.O_PATH

// Find returns the process that has this PID now, and its state. If the state is Unknown, the error
// says why. A process whose first thread has exited is Alive while another thread runs. So is one
// that /proc hides (hidepid in proc(5)), whose start time is then 0.
//
// Threads have numbers from the same range as PIDs, and kill(2) and /proc answer for them as for
// processes. For the number of a thread, Find returns the process it belongs to, which has another
// PID.
//
// Find asks kill(2) whether the process exists, also if f is not the /proc of this kernel.
func (f FS) Find(pid int) (Process, State, error) {
	if !IsLeader(pid) {
		if !Exists(pid) {
			return Process{}, Gone, nil
		}
		status, err := f.Task(pid).Status()
		if IsGone(err) && !Exists(pid) {
			return Process{}, Gone, nil
		} else if err != nil { // or /proc hides it: whose thread it is cannot be told
			return Process{PID: pid}, Unknown, err
		}
		if status.TGID > 0 {
			pid = status.TGID
		}
	}
	return f.FindLeader(pid)
}

// FindLeader does what Find does for a number that belongs to the first thread of a process: see IsLeader.
func (f FS) FindLeader(pid int) (Process, State, error) {
	stat, err := f.Task(pid).Stat()
	switch {
	case IsGone(err) && Exists(pid): // /proc hides it
		return Process{PID: pid}, Alive, nil
	case IsGone(err):
		return Process{}, Gone, nil
	case err != nil:
		return Process{PID: pid}, Unknown, err
	case stat.exited():
		return Process{pid, stat.Ticks}, Zombie, nil
	}
	return Process{pid, stat.Ticks}, Alive, nil
}

// IsLeader reports whether a number belongs to the first thread of a process, and so is its PID.
// tgkill(2) fails with ESRCH if the thread is not in the thread group of that number, which only a
// first thread is; with EPERM if it is, and we may not signal it.
func IsLeader(number int) bool {
	if number <= 0 {
		return false
	}
	err := eintr.Retry(func() error { return unix.Tgkill(number, number, 0) })
	return err == nil || err == unix.EPERM
}

// Started is the time of day at which the process started, with the precision of clock ticks (10 ms).
// It is the zero time if that is not known.
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

// Nested returns the processes in PID namespaces below this program's, by their PIDs there. A daemon in
// a container knows no other PID, and writes that into its pidfile (pid_namespaces(7)). Where containers
// are nested, somebody between may have written it, so a process has a PID in each of them. An error
// means that there may be more.
func (f FS) Nested() (map[int][]Process, error) {
	pids, err := f.Processes()
	ours, _ := f.Self().PIDNamespace()
	nested := map[int][]Process{}
	for _, pid := range pids {
		t := f.Task(pid)
		if ns, err := t.PIDNamespace(); err == nil && ns == ours {
			continue // as most are, and reading a link is much faster than reading the status
		}
		status, err := t.Status()
		if IsGone(err) {
			continue
		} else if err != nil {
			return nil, err
		}
		if len(status.Inner) == 0 {
			continue
		}
		if p, state, err := f.Find(pid); err == nil && state == Alive {
			for _, there := range status.Inner {
				nested[there] = append(nested[there], p)
			}
		}
	}
	return nested, err
}
