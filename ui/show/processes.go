package show

import (
	"strconv"
	"time"

	"lockscope/scan/report"
)

// openerFacts are a line for each process that has the lock file open and holds no flock through it.
func openerFacts(r *report.Report, sep string) []Fact {
	var out []Fact
	for i, o := range r.Evidence.Openers {
		if i == MaxHolders {
			return append(out, Fact{"", "and more"})
		}
		text := processText(o.Process, r.Observed, sep) + sep + "fd " + strconv.Itoa(o.FD)
		if o.OtherLock {
			text += sep + "holds a POSIX lock"
		}
		if o.Serves {
			text += sep + "serves a file system"
		}
		out = append(out, Fact{"", text})
	}
	if len(out) > 0 {
		out[0].Label = "open by"
	}
	return out
}

// holderFacts are a line for each process that holds the lock, with its descriptors.
func holderFacts(r *report.Report, sep string) []Fact {
	var out []Fact
	holders := r.Evidence.Holders // in order of PID, once for each descriptor
	for len(holders) > 0 {
		h := holders[0]
		n := 1
		fds := strconv.Itoa(h.FD)
		for n < len(holders) && holders[n].Process.PID == h.Process.PID && holders[n].Deleted == h.Deleted {
			fds += ", " + strconv.Itoa(holders[n].FD)
			n++
		}
		if len(out) == MaxHolders {
			return append(out, Fact{"", "and more"})
		}
		holders = holders[n:]
		var marks []string // what matters stands before the command, which may be long and is cut then
		switch {
		case h.Covered:
			marks = append(marks, "of a lock file that a mount covers")
		case h.Deleted:
			marks = append(marks, "of a deleted lock file")
		}
		if h.Inherited {
			marks = append(marks, "inherited")
		}
		out = append(out, Fact{"", processText(h.Process, r.Observed, sep, marks...) + sep + "fd " + fds})
	}
	if len(out) > 0 {
		out[0].Label = "holder"
	}
	if len(out) > 1 {
		out[0].Label = "holders"
	}
	return out
}

// processText names a process: PID, what it is here, command, user, start. The date of the start is
// left out if it was on the day that it was seen on.
func processText(p *report.Process, day time.Time, sep string, marks ...string) string {
	text := strconv.Itoa(p.PID)
	if p.NSPID != 0 && p.NSPID != p.PID {
		text += " (" + strconv.Itoa(p.NSPID) + " in its container)"
	}
	for _, mark := range marks {
		text += sep + mark
	}
	switch {
	case p.Command != "" && len(marks) > 0:
		text += sep + report.Escape(p.Command)
	case p.Command != "":
		text += " " + report.Escape(p.Command)
	}
	if p.User != "" {
		text += sep + report.Escape(p.User)
	}
	if !p.Started.IsZero() {
		layout := time.DateTime
		if p.Started.Format(time.DateOnly) == day.Format(time.DateOnly) {
			layout = time.TimeOnly
		}
		text += sep + "since " + p.Started.Local().Format(layout)
	}
	return text
}

// Process names a process on one line: PID, command, user, start. The date of the start is left out if it
// was on the day. It is escaped; sep stands between the parts.
func Process(p *report.Process, day time.Time, sep string) string { return processText(p, day, sep) }
