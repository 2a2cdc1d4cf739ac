package scan

import (
	"errors"
	"time"

	"lockscope/lock"
	"lockscope/scan/notify"
	"lockscope/scan/observe"
	"lockscope/scan/report"
)

// record is what is known of one directory, and what it waits for.
type record struct {
	path     string
	report   *report.Report // never changes: a new look makes a new one; nil before the first
	settling *settling      // nil when its verdict stands, or waits for resting
	resting  *resting       // nil where the lock need not be asked for by a flock
	rest     *observe.Rest  // what the last look found; nil where it established the lock otherwise
	due      due
	watch    *notify.Watch  // nil where it is not watched
	handover *handover      // nil where nothing has happened to its pidfile
	stood    *report.Report // the last one whose verdict stood, or a held one before it: see publish; nil before the first
	moves    *moves         // nil where nothing was ever told to have moved there: most directories rest

	index    int32                // in records.order
	lastWalk int32                // number of the last walk that found it
	polled   report.PolledBecause // why it is not watched
	followed bool                 // the ends of all processes that the report names are told
	pace     uint8                // how often in a row something moved again soon after a look: see mayLook
	counted  bool                 // it is also in records.counted, until it has been looked at again: see restoreCounted
	gone     bool                 // it was removed from the records
}

// moves is when something was told to have moved at a directory: first since the last look, zero if nothing
// was; and last.
type moves struct{ first, last time.Time }

// due is when a directory is to be observed afresh, though nothing in it seems to have changed.
type due struct {
	at      time.Time
	purpose purpose
}

// purpose is what a directory is looked at for.
type purpose uint8

const (
	toPoll    purpose = iota // to see whether anything has changed
	toConfirm                // the same, and what hardly ever changes alone: see confirmPolls

	// For these the directory is observed afresh, whether or not it has changed.
	toRefresh // it was not observed for long: see refreshEvery
	toSettle  // its verdict does not stand yet
	onRequest // somebody asked for it
	toLearn   // nothing is known of it yet
)

// observes reports whether a directory is observed afresh, whether or not it has changed.
func (p purpose) observes() bool { return p >= toRefresh }

// apply applies a look to the record. next is what was seen; apply adds the verdict and since when it has
// been so, and nobody else may have seen next before. It returns the change to report, nil if there is
// nothing new, and sets when the directory is due again. It depends on nothing but next and the record.
func (r *record) apply(next *report.Report) (change *report.Change) {
	if awaitsRest(&next.Evidence) {
		return r.awaitRest(next)
	}
	before := r.report
	next.Verdict = report.Classify(&next.Evidence)
	switch {
	case report.NeedsLook(&next.Evidence, next.Verdict):
		if r.settling == nil {
			r.settling = &settling{}
		}
		if r.settling.add(&next.Evidence) {
			r.settling = nil
			next.Verdict = report.Classify(&next.Evidence)
		}
	case before != nil && mayBeSplit(before, next) && r.settling.mayBeginAnew():
		r.settling = r.settling.anew()
	default:
		r.settling = nil
	}
	if next.Checking = r.settling != nil; !next.Checking {
		r.resting = nil
	}
	r.due = r.dueAfter(next, before == nil)
	return r.publish(next)
}

// publish makes a report with a verdict the record's, and adds since when it has been so. It returns the
// change to report, nil if there is nothing new.
func (r *record) publish(next *report.Report) (change *report.Change) {
	before := r.report
	next.Since = r.since(next)
	// An unknown state does not end a held one: a daemon goes on while it cannot be seen.
	isHidden := next.Verdict.State == report.Unknown && r.stood != nil && r.stood.Verdict.State == report.Held
	if !next.Checking && !isHidden {
		r.stood = next
	}
	if r.moves != nil && !r.moves.first.After(next.Observed) {
		r.moves.first = time.Time{}
	}
	r.report = next
	switch {
	case before == nil:
		return &report.Change{Report: next, New: true}
	case report.Differs(before, next):
		return &report.Change{Report: next, From: before.Verdict.State}
	}
	return nil
}

// noteMove notes that something was told to have moved.
func (r *record) noteMove(now time.Time) {
	if r.moves == nil {
		r.moves = &moves{}
	}
	if r.moves.first.IsZero() {
		r.moves.first = now
	}
	r.moves.last = now
}

// moved returns when something was told to have moved.
func (r *record) moved() moves {
	if r.moves == nil {
		return moves{}
	}
	return *r.moves
}

// dueAfter returns when the directory is due again after a report. After the first report that is
// sooner, and differs from one directory to another: otherwise all that one walk has found would
// be due at once, again and again.
func (r *record) dueAfter(now *report.Report, first bool) due {
	ev := &now.Evidence
	switch {
	case r.settling != nil:
		return due{now.Observed.Add(secondLookAfter), toSettle}
	case ev.Lock.State == lock.LockHeld && len(ev.Holders) == 0:
		// The holder cannot be seen. When it ends nothing changes that can be seen.
		return due{now.Observed.Add(walkEvery), toRefresh}
	case errors.Is(ev.Err, report.ErrNotSeen) && ev.OverlayMount != "":
		// Nobody tells of an overlay that is mounted or unmounted in another mount namespace.
		return due{now.Observed.Add(walkEvery), toRefresh}
	case ev.Releaser != nil:
		return due{now.Since.At.Add(handOverWithin), toRefresh}
	case first:
		const steps = 1 << 10
		spread := (refreshEvery - refreshTogether) * time.Duration(ev.Dir.Ino%steps) / steps
		return due{together(now.Observed.Add(refreshTogether + spread)), toRefresh}
	}
	return due{together(now.Observed.Add(refreshEvery)), toRefresh}
}

// together brings a time forward to one that those after it are brought forward to as well: see refreshTogether.
func together(t time.Time) time.Time { return epoch.Add(t.Sub(epoch).Truncate(refreshTogether)) }

// retract takes the verdict back, since a process was found that holds a former lock file of the
// directory. The next look is due now. It returns the change to report: nil where the directory is known
// to be split, or no verdict stands.
func (r *record) retract(now time.Time) *report.Change {
	if r.settling != nil || r.report.Verdict.State == report.Split {
		return nil
	}
	again := *r.report
	again.Checking = true
	change := &report.Change{Report: &again, From: r.report.Verdict.State}
	r.report, r.settling, r.due = &again, &settling{}, due{now, toSettle}
	return change
}

// mayBeSplit reports whether somebody may hold a former lock file of the directory: it had another one at
// the last look, or was split then. Only a search of all processes tells.
func mayBeSplit(before, now *report.Report) bool {
	had := before.Evidence.Lock.ID
	return now.Verdict.State != report.Split &&
		(before.Verdict.State == report.Split || had != (lock.FileID{}) && !had.SameFile(now.Evidence.Lock.ID))
}

// mayLook returns when the directory may be looked at after something moved at it. That is now, but not
// sooner after the last look than moveEvery. While it goes on like that this doubles, up to moveRarely.
func (r *record) mayLook(now time.Time) time.Time {
	gap := min(moveEvery<<r.pace, moveRarely)
	switch since := now.Sub(r.lastLook()); {
	case since > 2*gap:
		r.pace = 0
	case since < gap:
		if gap < moveRarely {
			r.pace++
		}
		return r.lastLook().Add(gap)
	}
	return now
}

// isTurn reports whether it is the directory's turn in the poll of this number, where each has one in so
// many polls, or none where that is 0.
func (r *record) isTurn(poll, turns int) bool { return isTurn(r.turn(), poll, turns) }

// turn says which polls are the directory's turn.
func (r *record) turn() uint64 { return r.report.Evidence.Dir.Ino }

func isTurn(turn uint64, poll, turns int) bool {
	return turns > 0 && (turn+uint64(poll))%uint64(turns) == 0
}

// makesEvents reports whether whatever mostly changes at the directory makes an event. So it is polled only in
// turn, for what makes none: a lock that is taken or given up by a process that goes on, for instance.
func (r *record) makesEvents() bool { return r.watch != nil && r.followed }
