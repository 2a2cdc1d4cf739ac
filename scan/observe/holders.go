package observe

import (
	"errors"
	"os"
	"slices"
	"strings"

	"lockscope/lock"
	"lockscope/lock/proc"
	"lockscope/scan/report"
)

// addHolders adds the processes that hold the lock through these descriptors,
// if they still do: what is known of them may be as old as the pass.
func (q *inquiry) addHolders(found []descriptor) {
	ev := &q.ev
	for i := range found {
		d := &found[i]
		pid, fd := d.of.id.PID, int(d.fd)
		known := slices.ContainsFunc(ev.Holders, func(h report.Holder) bool { return h.Process.PID == pid && h.FD == fd })
		if known || q.how.Search != nil && !d.stands() {
			continue
		}
		gone := !q.isOurs(d)
		ev.Holders = append(ev.Holders, report.Holder{
			Process:   q.describe(d.of),
			FD:        fd,
			Inherited: d.flock.PID != pid,
			Deleted:   gone,
			Covered:   gone && !d.deleted,
		})
		if !gone {
			ev.Locker = d.flock.PID
			if ev.Lock.State == lock.LockUnknown || ev.Lock.State == lock.LockFree { // a probe is granted beside who shares it
				ev.Lock.State, ev.Source = lock.LockHeld, report.SourceFdinfo
			}
		}
	}
}

// addOpeners adds the processes that have the lock file open and hold no flock through it, where that matters: those that a
// sweep has found, or who has a lock of another kind, as the kernel tells.
func (q *inquiry) addOpeners() {
	ev := &q.ev
	probed := ev.Source == report.SourceProbe && q.how.Search != nil // whom a lease would have noticed
	if ev.Lock.State == lock.LockHeld || !ev.Busy && !probed && !errors.Is(ev.Lock.Err, lock.ErrPosixLock) {
		return
	}
	var found []opener
	if q.how.Search != nil {
		found = q.how.Search.openers
	} else if posix := (*lock.PosixLockError)(nil); errors.As(ev.Lock.Err, &posix) && posix.PID > 0 {
		found = q.s.procs.find(posix.PID).openers()
	}
	for i := range found {
		if o := &found[i]; q.opened(o) {
			ev.Busy = ev.Busy || probed
			ev.Openers = append(ev.Openers, report.Opener{
				Process: q.describe(o.at.of),
				FD:      int(o.at.fd),
				Serves:  o.at.of.serves(),
				Other:   o.info.Other.Kind != proc.NoLock,
			})
		}
	}
}

// opened reports whether an opener has this directory's lock file open.
func (q *inquiry) opened(o *opener) bool {
	return (o.info.Ino == q.ino || o.info.Ino == 0) && !o.at.deleted && o.at.of.id.PID != os.Getpid() && q.isLockFile(&o.at)
}

// isOurs reports whether a descriptor leads to the directory's lock file.
func (q *inquiry) isOurs(d *descriptor) bool {
	return d.flock.Dev == q.fs.dev && d.flock.Ino == q.ino && q.ino != 0 &&
		(!q.fs.shared || q.isLockFile(d))
}

// wasOurs reports whether a descriptor leads to a lock file that the directory
// had once and that is deleted, or that a mount covers now.
func (q *inquiry) wasOurs(d *descriptor) bool {
	return (d.deleted && q.isLockFile(d) || q.isCovered(d)) && !q.isOurs(d)
}

// mayHaveBeenOurs is a first look at a descriptor that may be such a one.
func (q *inquiry) mayHaveBeenOurs(d *descriptor) bool { return d.deleted || d.path == q.lockPath() }

// isCovered reports whether a descriptor was opened by the very path of the lock file, and a mount covers what was there.
func (q *inquiry) isCovered(d *descriptor) bool {
	return d.path == q.lockPath() && q.s.procs.covered(d)
}

// lockPath is what the kernel calls the lock file.
func (q *inquiry) lockPath() string {
	if q.path == "" {
		q.path = strings.TrimSuffix(q.dir.RealPath(), "/") + "/" + q.s.procs.names.Lock
	}
	return q.path
}

// isLockFile reports whether a descriptor was opened under the lock file's name.
func (q *inquiry) isLockFile(d *descriptor) bool {
	where, ok := q.s.procs.place(d)
	dir := q.place()
	return ok && where.Dev == dir.Dev && where.Path == strings.TrimSuffix(dir.Path, "/")+"/"+q.s.procs.names.Lock
}
