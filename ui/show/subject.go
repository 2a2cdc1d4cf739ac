package show

import (
	"lockscope/lock"
	"lockscope/scan/report"
)

// Command is the command line that a row shows: its keeper's. It is not escaped.
func Command(r *report.Report) string {
	if p := r.Keeper(); p != nil {
		return p.Command
	}
	return ""
}

// KeeperPID is the PID of the process that a row is about, or else whom the pidfile names; 0 if
// none can be told.
func KeeperPID(r *report.Report) int {
	if p := r.Keeper(); p != nil {
		return p.PID
	}
	return NamedPID(r)
}

// NamedPID is the PID that the pidfile names, or 0.
func NamedPID(r *report.Report) int {
	if p := &r.Evidence.Pidfile; p.State == lock.PidfileNamed {
		return p.PID
	}
	return 0
}

// HolderPID is the PID of the first holder, or 0.
func HolderPID(r *report.Report) int {
	if h := r.Evidence.Holders; len(h) > 0 {
		return h[0].Process.PID
	}
	return 0
}

// Holds reports whether a process is among the holders.
func Holds(r *report.Report, pid int) bool {
	for i := range r.Evidence.Holders {
		if r.Evidence.Holders[i].Process.PID == pid {
			return true
		}
	}
	return false
}
