package show

import (
	"strconv"
	"strings"
	"time"

	"lockscope/lock"
	"lockscope/scan/report"
)

// stillChecking stands for the sentence on a directory that awaits its second look.
const stillChecking = "Still checking: what was seen may be passing, as during an acquire. A second look tells."

// Explain says what has happened to a directory, and what to do next. Until the verdict stands
// it says neither: it would say what is not established. Both are escaped.
func Explain(r *report.Report) (summary, next string) {
	if r.Checking {
		return stillChecking, ""
	}
	summary, next = r.Explain()
	if r.Host != "" && next != "" && r.Path != "" { // a PID means another process elsewhere
		next = "on " + report.Escape(r.Host) + ": " + next
	}
	return summary, next
}

// Fact is one line of the detail: what it is about, and what is known.
type Fact struct{ Label, Text string }

// Facts are what the verdict on a directory rests on, in the order of reading, with ages as of now.
// A text has several parts: sep stands between them.
func Facts(r *report.Report, now time.Time, sep string) []Fact {
	if r.IsHost() {
		what := "last heard of or first tried at "
		if r.Verdict.Reasons.Has(report.HostStalled) {
			what = "it looked for the last time at "
		}
		return []Fact{{"lost", LongAge(now.Sub(r.Since.At)) + " ago" + sep + what + r.Since.At.Local().Format(time.DateTime)}}
	}
	out := []Fact{{"lock", lockFact(r, sep)}, {"pidfile", pidfileFact(r, now, sep)}}
	if o := r.Evidence.Owner; o != nil && !Holds(r, o.PID) {
		text := processText(o, r.Observed, sep)
		if s := r.Evidence.Process; s != lock.ProcessAlive && s != lock.ProcessUnknown {
			text += sep + s.String()
		}
		out = append(out, Fact{"process", text})
	}
	out = append(out, holderFacts(r, sep)...)
	out = append(out, openerFacts(r, sep)...)
	if temps := r.WasSeen().Temps; len(temps) > 0 {
		names := make([]string, len(temps))
		for i, t := range temps {
			names[i] = report.Escape(t.Name)
		}
		out = append(out, Fact{"left over", strings.Join(names, ", ")})
	}
	return out
}

// lockFact is the state of the lock, who took it, and how that is known.
func lockFact(r *report.Report, sep string) string {
	e := &r.Evidence
	parts := []string{e.Lock.State.String()}
	if e.Lock.ID.Ino != 0 {
		parts = append(parts, "inode "+strconv.FormatUint(e.Lock.ID.Ino, 10)+" on "+deviceText(e))
	}
	if e.Locker != 0 {
		taken := "taken by " + strconv.Itoa(e.Locker)
		if e.Taker.Exited() {
			taken += " (" + e.Taker.String() + ")"
		}
		parts = append(parts, taken)
	}
	switch e.Source {
	case report.SourceFdinfo:
		parts = append(parts, "seen at the holder's descriptor")
	case report.SourceTable:
		parts = append(parts, "seen in the kernel's table")
	case report.SourceProbe:
		parts = append(parts, "by a flock probe")
	case report.SourceLease:
		parts = append(parts, "nobody has it open (a lease)")
	}
	if e.Lock.Err != nil {
		parts = append(parts, report.Escape(e.Lock.Err.Error()))
	}
	if e.Err != nil && e.Err != e.Lock.Err {
		parts = append(parts, report.Escape(e.Err.Error()))
	}
	return strings.Join(parts, sep)
}

// deviceText is the device that the lock file is on, and its file system.
func deviceText(e *report.Evidence) string {
	text := strconv.Itoa(int(e.Device>>8)) + ":" + strconv.Itoa(int(e.Device&0xff))
	if e.FS != "" {
		text += " (" + report.Escape(e.FS) + ")"
	}
	return text
}

// pidfileFact is whom the pidfile names, and since when.
func pidfileFact(r *report.Report, now time.Time, sep string) string {
	p := &r.Evidence.Pidfile
	var parts []string
	switch p.State {
	case lock.PidfileNamed:
		text := strconv.Itoa(p.PID)
		if s := r.Evidence.Process; s.Exited() {
			text += " (" + s.String() + ")"
		}
		parts = append(parts, text)
	case lock.PidfileMalformed:
		text := "names nobody"
		if r.Host == "" || p.Text != "" { // other hosts do not send it, but in the summary
			text += `: "` + report.Escape(p.Text) + `"`
		}
		parts = append(parts, text)
	case lock.PidfileNotRegular:
		parts = append(parts, "not a regular file")
	default:
		parts = append(parts, p.State.String())
	}
	if p.Err != nil {
		parts = append(parts, report.Escape(p.Err.Error()))
	}
	if p.ID.MTime != 0 {
		t := time.Unix(0, p.ID.MTime)
		parts = append(parts, "written "+t.Format(time.DateTime), howLongAgo(r, t, now))
	}
	return strings.Join(parts, sep)
}

// howLongAgo is the age of a pidfile. It goes by the file's time, which whoever writes there can set,
// and which may be of a time when the clock was wrong. Where it cannot be true it says so.
func howLongAgo(r *report.Report, written, now time.Time) string {
	if written.After(now.Add(clockMargin)) {
		return "a time that is yet to come"
	}
	named := r.Evidence.Pidfile.PID
	for _, h := range r.Evidence.Holders {
		if (h.Process.PID == named || h.Process.NSPID == named) && h.Process.Started.After(written.Add(clockMargin)) {
			return "before its process started"
		}
	}
	return LongAge(now.Sub(written)) + " ago"
}

// FurtherFacts are for when there is room, or the directory is reported to somebody else: the codes
// of the reasons, and when all this was observed.
func FurtherFacts(r *report.Report) []Fact {
	observed := Fact{"observed", r.Observed.Local().Format(time.DateTime)}
	reasons := r.Verdict.Reasons.List()
	if r.Checking || len(reasons) == 0 {
		return []Fact{observed}
	}
	codes := make([]string, len(reasons))
	for i, reason := range reasons {
		codes[i] = reason.String()
	}
	return []Fact{{"reasons", strings.Join(codes, ", ")}, observed}
}
