package show

import (
	"strconv"
	"strings"

	"lockscope/lock"
	"lockscope/scan/report"
)

// Cause is what a directory's state rests on, in a few words beside the word for the state: who holds the
// lock, or what became of the process that the pidfile names, or of the host. It is printable ASCII, and "" where the state
// says it all.
func Cause(r *report.Report) string {
	if r.IsHost() {
		return r.HostFate()
	}
	ev := &r.Evidence
	named, holder := pidText(NamedPID(r)), pidText(keeperOf(r))
	switch r.Verdict.State {
	case report.Split:
		for _, h := range ev.Holders {
			if h.Deleted {
				return strconv.Itoa(h.Process.PID) + " holds a former lock file"
			}
		}
	case report.Unguarded:
		return named + " uses it without the lock"
	case report.Orphaned:
		return named + " " + ev.Process.String() + ", " + holder + " keeps the lock"
	case report.Mismatch:
		return "held by " + holder + ", the pidfile names " + named
	case report.Unnamed, report.Held:
		if holder != "" {
			return "held by " + holder
		}
	case report.Stale:
		switch {
		case named == "":
			return "the pidfile names nobody"
		case ev.Process == lock.ProcessUnknown:
			return "the pidfile names " + named
		}
		return named + " " + ev.Process.String()
	case report.Unknown:
		var codes []string
		for _, reason := range r.Verdict.Reasons.List() {
			codes = append(codes, reason.String())
		}
		return strings.Join(codes, ", ")
	}
	return ""
}

// keeperOf is the PID of the holder that a row is about, 0 if none is seen.
func keeperOf(r *report.Report) int {
	if len(r.Evidence.Holders) == 0 {
		return 0
	}
	return KeeperPID(r)
}

func pidText(pid int) string {
	if pid == 0 {
		return ""
	}
	return strconv.Itoa(pid)
}

// Gap is the time of a hand-off in which nobody held the lock: 38.2ms, 4.1s.
func Gap(h *report.Handoff) string {
	text := Short(h.Gap)
	if h.AtMost {
		return "at most " + text
	}
	return text
}
