package observe

import (
	"errors"
	"io/fs"
	"slices"
	"time"

	"lockscope/lock"
	"lockscope/lock/proc"
	"lockscope/scan/report"
)

// Options says how to look at a directory.
type Options struct {
	Previous     *report.Evidence // what the look before found; nil if there was none
	Search       *Search          // what a search of all processes found; nil if there was none
	Releaser     *report.Process  // who was seen to release the lock, and may be handing the directory over; or nil
	WaitForTable bool             // wait for the kernel's lock table where it is needed: some 10 ms

	// These say when the lock may be probed by a flock: see Rest.
	Rest    *Rest     // what the look before found; nil if there was none, or it established the lock otherwise
	Moved   time.Time // the last event; zero if there was none
	Poll    bool      // only what has changed is of interest
	Watched bool      // whatever comes or goes in the directory makes an event
}

// Look is what one look at a directory found.
type Look struct {
	Evidence   report.Evidence
	At         time.Time
	NeedsTable bool // Evidence is incomplete: it takes the kernel's lock table, which is not read yet
	// Rest is set where only a flock probe could tell. Where it may not be made yet, the error of the lock
	// is report.ErrMoving.
	Rest *Rest
}

// Observe takes a look at the directory that d is open on. file is the lock file as it was just found
// there. It may be called concurrently.
func (s *Session) Observe(d lock.Dir, file lock.LockFile, opts Options) (found Look) {
	// A pidfile and a lock that were never there together would give a false verdict. So the
	// pidfile is identified before and after the lock is established. If it differs, all is done
	// again.
	for range observeTries {
		ob := observation{s: s, dir: d, opts: opts}
		ob.ev.Lock, ob.ev.Restrictions = file, s.restrictions
		ob.gather()
		found = Look{Evidence: ob.ev, At: time.Now(), NeedsTable: ob.needsTable, Rest: ob.rest}
		if ob.needsTable || ob.isConsistent(file) {
			return found
		} else if ob.ev.Err != nil {
			found.Evidence.Err = ob.ev.Err
			return found
		}
		file = d.LockFile()
	}
	found.Evidence.Changing = true
	return found
}

// observation is one look at one directory while it is taken.
type observation struct {
	s          *Session
	dir        lock.Dir
	opts       Options
	needsTable bool  // see Look
	rest       *Rest // see Look
	fs         filesystem
	ev         report.Evidence
	named      *process // with the PID in the pidfile; nil if that names none

	ino          uint64     // of the lock file, as lock lines have it
	dirPlace     proc.Place // of the directory: see place
	lockFilePath string     // see lockPath
}

// isConsistent reports whether everything that was found was true at one moment. file is the lock
// file as it was before.
func (ob *observation) isConsistent(file lock.LockFile) bool {
	ev := &ob.ev
	switch {
	case ev.Err != nil:
		return true
	case !ev.Lock.ID.SameFile(file.ID): // replaced before it was probed
		return false
	case ev.Lock.State == lock.LockHeld && ev.NamedHolds():
		return true
	}
	now, err := ob.dir.PidfileID()
	if err != nil && ev.Pidfile.Err == nil {
		ev.Err = err
	}
	return now == ev.Pidfile.ID && ev.Err == nil && ob.tempsAreLeft()
}

// gather fills in the evidence.
func (ob *observation) gather() {
	ev := &ob.ev
	if !ob.identify() {
		return
	}
	ev.Searched = ob.opts.Search != nil
	if r := ob.opts.Releaser; r != nil && ob.s.Lives(r) {
		ev.Releaser = r
	}
	ob.establish()
	if ev.Lock.State == lock.LockUnknown {
		return
	}
	if p := ev.NamedHolder(); ev.Lock.State == lock.LockHeld && p != nil {
		if ev.Owner == nil || ev.Owner.PID != p.PID { // the PID in the pidfile is another process's here
			ev.Process, ev.Owner, ev.Thread = lock.ProcessAlive, p, false
		}
		return
	}
	if ev.Temps, ev.Err = ob.temps(); ev.Err != nil {
		return
	}
	if ev.Lock.State == lock.LockHeld {
		ob.judgeHeld()
		return
	}
	ob.judgeFree()
}

// identify finds out which directory, lock file and pidfile are looked at. It reports whether it makes sense
// to ask about the lock.
func (ob *observation) identify() bool {
	ev := &ob.ev
	if ev.Dir, ev.Err = ob.dir.ID(); ev.Err != nil {
		return false
	}
	ob.fs = ob.s.mounts.filesystem(ob.dir.FD(), ev.Dir.Dev)
	ev.Device, ev.FS = ob.fs.dev, ob.fs.fstype
	ob.readPidfile()
	if ev.Lock.Err != nil {
		return false
	}
	ob.ino = ev.Lock.ID.Ino
	if ob.fs.ownInodes && ev.Lock.State != lock.LockMissing {
		if ino, err := lockInode(ob.dir, ob.s.procs.names.Lock); err == nil {
			ob.ino = ino
		}
	}
	return true
}

// readPidfile reads the pidfile, and looks up the process that it names.
func (ob *observation) readPidfile() {
	ev := &ob.ev
	ev.Pidfile = ob.dir.Pidfile()
	if ev.Pidfile.State != lock.PidfileNamed {
		return
	}
	ob.named = ob.s.procs.findNamed(ev.Pidfile.PID)
	ev.Process = ob.named.state
	ev.Thread = ob.named.id.PID != ev.Pidfile.PID && ob.named.state != lock.ProcessGone
	if ob.named.state != lock.ProcessGone {
		ev.Owner = ob.describe(ob.named)
	}
}

// describe returns who a process is. Where only verdicts are wanted (Config.Brief), the process that
// the pidfile names is left undescribed: no verdict depends on it.
func (ob *observation) describe(p *process) *report.Process {
	if ob.s.brief && p == ob.named {
		return &report.Process{PID: p.id.PID, NSPID: p.id.PID, Ticks: p.id.Ticks}
	}
	return ob.s.who.describe(p.id)
}

// temps returns the temporary pidfiles. Where the directory may not be listed, or is removed just now, none is
// seen. Any other error means that there may be some, which no verdict can leave open.
func (ob *observation) temps() ([]lock.Temp, error) {
	temps, err := ob.dir.Temps()
	var at *fs.PathError
	if errors.As(err, &at) && at.Op == "readdir" && (errors.Is(err, fs.ErrPermission) || errors.Is(err, fs.ErrNotExist)) {
		err = nil
	}
	return temps, err
}

// tempsAreLeft reports whether the temporary pidfiles beside a free lock were left behind. One that
// was seen a moment ago may belong to an acquire that is complete by now. So the lock is asked
// again: if it is still free, and the same files are still there, no acquire is in progress. Where that
// cannot be seen, it sets the error of the evidence.
func (ob *observation) tempsAreLeft() bool {
	if len(ob.ev.Temps) == 0 || ob.ev.Lock.State != lock.LockFree {
		return true
	}
	now := ob.ev.Lock
	if ob.ev.Source == report.SourceLease {
		now = ob.dir.LeaseSeen(now)
	} else {
		now = ob.dir.ProbeSeen(now)
	}
	if now.State != lock.LockFree {
		return false
	}
	temps, err := ob.temps()
	ob.ev.Err = err
	return err == nil && slices.Equal(temps, ob.ev.Temps)
}

// place returns where the directory is. Where that is unknown, it is a place that nothing is below.
func (ob *observation) place() proc.Place {
	if ob.dirPlace == (proc.Place{}) {
		ob.dirPlace, _ = ob.dir.Place(ob.s.mounts.ours)
		if ob.dirPlace == (proc.Place{}) {
			ob.dirPlace.Path = "?"
		}
	}
	return ob.dirPlace
}
