package observe

import (
	"time"

	"lockscope/lock"
	"lockscope/lock/proc"
	"lockscope/scan/report"
)

// Rest is what looks at a directory tell of when a flock probe may be made there: not before nothing has
// moved for restTime. While a daemon hands over to another or is started anew, the lock is free for a
// moment, and a probe in that moment makes the next acquire fail. A hand-off is over in far less than that
// time, and what follows a rest comes when it likes: hardly ever in the microsecond of a probe.
//
// What moves is the lock file, the pidfile, and the process that it names. Other entries of the directory
// do not count, or a lock would never be looked at beside a daemon that makes a file every second.
type Rest struct {
	At    time.Time // of the look
	Again time.Time // when to look again, where it is not at rest

	now   state
	since time.Time // since when every look has found that, and no event came
	moved time.Time // when something moved that leaves no trace in the files; zero where nothing is known to have
}

// state is what must stay as it is.
type state struct {
	lockFile, pidfile lock.Change
	owner             proc.Process // that the pidfile names and that lives
}

// isAtRest reports whether nothing moved for restTime, as far as can be told, and sets ob.rest.
func (ob *observation) isAtRest() bool {
	now := time.Now()
	r, dir := ob.lookForRest()
	if ob.opts.Rest == nil && ob.endedSince(ob.opts.Previous) {
		r.moved = now
	}
	changed := []lock.Change{dir, r.now.lockFile, r.now.pidfile}
	if ob.fs.remote { // its times are of another clock
		changed = nil
	}
	from := r.follow(ob.opts.Rest, changed, ob.opts.Watched, now)
	if r.Again = from; !ob.opts.Watched && from.Sub(now) > sampleEvery {
		r.Again = now.Add(sampleEvery)
	}
	ob.rest = r
	return !from.After(now)
}

// lookForRest finds what must stay as it is, and the last change of the directory.
func (ob *observation) lookForRest() (r *Rest, dir lock.Change) {
	r = &Rest{moved: ob.opts.Moved}
	dir, r.now.lockFile, r.now.pidfile = ob.dir.Changes()
	if o := ob.ev.Owner; o != nil && !ob.ev.Process.Exited() {
		r.now.owner = proc.Process{PID: o.PID, Ticks: o.Ticks}
	}
	return r, dir
}

// isStillFree reports whether the look before has found by a flock that the lock was free, and nothing has
// moved since. Then it is not asked for again just because the directory has other files.
func (ob *observation) isStillFree() bool {
	p, before := ob.opts.Previous, ob.opts.Rest
	if !ob.opts.Poll || ob.ev.OpenElsewhere || before == nil || p == nil || p.Lock.State != lock.LockFree || p.Source != report.SourceProbe {
		return false
	}
	r, _ := ob.lookForRest()
	if r.now != before.now || r.moved.After(before.At) {
		return false
	}
	ob.rest, ob.ev.Lock, ob.ev.Source, ob.ev.Searched = before, p.Lock, p.Source, p.Searched
	return true
}

// follow completes what a look now has found by what the one before it had found: nil where there was none.
// It returns when the directory is at rest if nothing moves until then.
//
// Where nothing is known of what was before, the times of the last changes tell: changed has them, unless
// they cannot be compared with now. If the directory's own time is too recent, or in the future since
// somebody has set the clock, only looks tell: the first and the last of them restTime apart. What comes and
// goes between two of them makes events if the directory is watched. If it is not, they must not be far apart.
func (r *Rest) follow(before *Rest, changed []lock.Change, watched bool, now time.Time) (from time.Time) {
	r.At, r.since = now, now
	if before != nil {
		r.moved = later(r.moved, before.moved)
		switch {
		case r.now.owner != before.now.owner:
			r.moved = now
		case r.now == before.now && (watched || now.Sub(before.At) <= 2*sampleEvery):
			r.since = later(before.since, r.moved)
		}
	}
	from = r.since.Add(restTime)
	if last := lastOf(changed); !last.IsZero() && !last.After(now) && last.Add(restTime).Before(from) {
		from = last.Add(restTime)
	}
	return later(from, r.moved.Add(restTime))
}

// endedSince reports whether a lock has been given up, a process has ended, or somebody has opened the lock
// file since a look. When is not known: it may have been just now.
func (ob *observation) endedSince(before *report.Evidence) bool {
	if before == nil {
		return false
	}
	o, now := before.Owner, ob.ev.Owner
	lived := o != nil && !before.Process.Exited()
	return before.Lock.State == lock.LockHeld || before.Alone && ob.ev.OpenElsewhere ||
		lived && (now == nil || now.PID != o.PID || now.Ticks != o.Ticks || ob.ev.Process.Exited())
}

func lastOf(changes []lock.Change) (last time.Time) {
	for _, c := range changes {
		if c != (lock.Change{}) {
			last = later(last, time.Unix(0, c.CTime))
		}
	}
	return last
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
