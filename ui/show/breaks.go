package show

import (
	"strconv"
	"strings"

	"lockscope/lock"
	"lockscope/scan/report"
)

// WhyNoBreak says why no stale-break is offered, "" where one is. With readOnly none ever is.
func WhyNoBreak(r *report.Report, readOnly bool) string {
	if r.IsHost() {
		return "not offered: this is a host"
	}
	if r.Checking {
		return "not offered: still checking"
	}
	switch r.Verdict.State {
	case report.Free:
		return "not needed: nothing is stale"
	case report.Split:
		return "not offered: somebody holds a lock file that was this directory's"
	case report.Unknown:
		return "not offered: what is not established is left alone"
	case report.Unguarded:
		return "not offered: the process that the pidfile names is alive and uses this directory"
	case report.Stale:
		if readOnly {
			return "not offered: read-only"
		}
		return ""
	}
	return "not offered: the lock is held"
}

// Removes lists what a break would remove, with what the pidfile says, and counts what is more than so
// many files. It is escaped.
func Removes(names lock.Names, r *report.Report, most int) string {
	var files []string
	leftovers := names.Leftovers(*r.WasSeen())
	for _, name := range leftovers[:min(len(leftovers), most)] {
		text := report.Escape(name)
		if p := &r.Evidence.Pidfile; name == names.Pidfile {
			if p.State == lock.PidfileNamed {
				text += " (" + strconv.Itoa(p.PID) + ", " + r.Evidence.Process.String() + ")"
			} else {
				text += " (" + p.State.String() + ")"
			}
		}
		files = append(files, text)
	}
	text := strings.Join(files, ", ")
	if n := len(leftovers) - most; n > 0 {
		text += " and " + Counted(n, "more temporary pidfile", "more temporary pidfiles")
	}
	return text
}
