package observe

import (
	"lockscope/lock"
	"lockscope/lock/proc"
	"lockscope/scan/pool"
)

// innerPIDTable has the processes that live in PID namespaces below ours, by the PIDs that they have
// there. A daemon in a container knows the PID of its own namespace alone, and writes that into its
// pidfile (pid_namespaces(7)). Where containers are nested, somebody in one between may write it.
type innerPIDTable struct {
	all   []int
	byPID map[int][]int
	err   error // why some may be left out
}

// innerPIDs are the PIDs that a process has in namespaces below ours.
type innerPIDs struct {
	pids []int
	err  error
}

// withInnerPID returns the processes that have a PID in a namespace below ours. The error says why
// some may be left out.
func (ps *processes) withInnerPID(pid int) ([]*process, error) {
	all := ps.innerPIDs()
	var found []*process
	for _, id := range all.byPID[pid] {
		found = append(found, ps.find(id))
	}
	return found, all.err
}

// allInner returns every process that lives in a PID namespace below ours.
func (ps *processes) allInner() []*process {
	var all []*process
	for _, id := range ps.innerPIDs().all {
		all = append(all, ps.find(id))
	}
	return all
}

func (ps *processes) findInnerPIDs() (found innerPIDTable) {
	found.byPID = map[int][]int{}
	for _, who := range ps.mounts.processNamespaces() {
		if who.pidNS == ps.mounts.pidNS { // as most are: reading that link is much faster than the status
			continue
		}
		there, ok := pool.Call(ps.calls, subject{who.pid, "status"}, func() (there innerPIDs) {
			status, err := proc.Host.Task(who.pid).Status()
			return innerPIDs{status.Inner, err}
		})
		switch {
		case !ok || proc.IsGone(there.err): // one that gives no answer must not make all others unknown
		case there.err != nil:
			found.err = there.err
		case len(there.pids) > 0 && ps.find(who.pid).state == lock.ProcessAlive:
			found.all = append(found.all, who.pid)
			for _, pid := range there.pids {
				found.byPID[pid] = append(found.byPID[pid], who.pid)
			}
		}
	}
	return found
}
