package list

import (
	"strconv"
	"time"

	"lockscope/scan/report"
	"lockscope/ui/show"
)

// Event is one thing that happened to a directory: it changed from one class to another or, held all along,
// from one holder to another; it was handed off; or somebody attempted to break its lock. Or a host was lost, or is back.
type Event struct {
	At       time.Time  // when it happened, if that was seen; else when it was told
	Path     string     // with its host: see report.Key
	From, To show.Class // NoClass where there was or is no directory; of an attempt, both
	// FromPID and ToPID are those of the holders before and after; 0 where there was or is none, or it is
	// not known.
	FromPID, ToPID int
	Cause          string // what it rests on, in a few words, or what came of an attempt; escaped, may be empty

	Handoff *report.Handoff // of a hand-off
	Attempt *report.Attempt // of an attempt
	Unread  bool            // it could not be read: that is no event, and stands with them

	line *Line
}

// Holders reports whether the holder is what changed, and there was no hand-off that is known.
func (e *Event) Holders() bool {
	return e.Handoff == nil && e.From == e.To && e.FromPID != e.ToPID
}

// OfHost reports whether a host was lost or, where To is NoClass, is back.
func (e *Event) OfHost() bool {
	host, path := report.SplitKey(e.Path)
	return host != "" && path == ""
}

// Problem reports whether it needs attention.
func (e *Event) Problem() bool {
	switch {
	case e.Unread:
		return true
	case e.Attempt != nil:
		return e.Attempt.Outcome != report.Removed
	case e.Handoff != nil:
		return e.Handoff.RolledBack
	}
	return e.To.Problem()
}

// held is the class of what is held as it should be.
var held = show.ClassOfState(report.Held)

// newHandoff is the event of a hand-off.
func newHandoff(h *report.Handoff) *Event {
	return &Event{At: h.Acquired, Path: report.Key(h.Host, h.Path), From: held, To: held, FromPID: h.From.PID, ToPID: h.To.PID, Handoff: h}
}

// told takes note of a hand-off, of which the report may still be to come.
func (r *Row) told(h *report.Handoff) {
	if r.stood != held || int(r.keeper) != h.To.PID {
		r.successor = int32(h.To.PID)
	}
}

// turn takes note of a report, and says what changed with it if its verdict stands: the class, or whose the
// lock is. It is nil where nothing did, and where a hand-off has told it already. The report before it is nil
// if there was none.
func (r *Row) turn(before, now *report.Report, at time.Time) *Event {
	c := show.ClassOf(now)
	if c == show.Checking {
		return nil
	}
	e := &Event{At: at, Path: now.Key(), From: r.stood, To: c, FromPID: int(r.keeper)}
	if c == held {
		e.ToPID = show.KeeperPID(now)
	}
	if e.From == e.To && (e.FromPID == 0 || e.ToPID == 0) { // whether it is another holder is not known
		e.FromPID = e.ToPID
	}
	r.stood, r.keeper = c, int32(e.ToPID)
	if e.From == e.To && e.FromPID == e.ToPID {
		return nil
	}
	successor := int(r.successor)
	r.successor = 0
	if e.ToPID != 0 && e.ToPID == successor {
		return nil
	}
	if since := now.Since; before != nil && !since.AtLeast && since.At.After(before.Observed) && since.At.Before(at) {
		e.At = since.At // it was not so yet when it was last looked at
	}
	if !e.Holders() {
		e.Cause = show.Cause(now)
	}
	if e.Cause == "" && e.FromPID != 0 && e.From != e.To { // released, and nothing is left that tells of it
		e.Cause = "was held by " + strconv.Itoa(e.FromPID)
	}
	return e
}
