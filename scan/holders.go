package scan

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
func (l *look) addHolders(found []descriptor) {
	ev := &l.ev
	for i := range found {
		d := &found[i]
		pid, fd := d.of.id.PID, int(d.fd)
		known := slices.ContainsFunc(ev.Holders, func(h report.Holder) bool { return h.Process.PID == pid && h.FD == fd })
		if known || l.swept != nil && !d.stands() {
			continue
		}
		gone := !l.isOurs(d)
		ev.Holders = append(ev.Holders, report.Holder{
			Process:   l.describe(d.of),
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
func (l *look) addOpeners() {
	ev := &l.ev
	probed := ev.Source == report.SourceProbe && l.swept != nil // whom a lease would have noticed
	if ev.Lock.State == lock.LockHeld || !ev.Busy && !probed && !errors.Is(ev.Lock.Err, lock.ErrPosixLock) {
		return
	}
	var found []opener
	if l.swept != nil {
		found = l.swept.openers
	} else if posix := (*lock.PosixLockError)(nil); errors.As(ev.Lock.Err, &posix) && posix.PID > 0 {
		found = l.procs.find(posix.PID).openers()
	}
	for i := range found {
		if o := &found[i]; l.opened(o) {
			ev.Busy = ev.Busy || probed
			ev.Openers = append(ev.Openers, report.Opener{
				Process: l.describe(o.at.of),
				FD:      int(o.at.fd),
				Serves:  o.at.of.serves(),
				Other:   o.info.Other.Kind != proc.NoLock,
			})
		}
	}
}

// opened reports whether an opener has this directory's lock file open.
func (l *look) opened(o *opener) bool {
	return (o.info.Ino == l.ino || o.info.Ino == 0) && !o.at.deleted && o.at.of.id.PID != os.Getpid() && l.isLockFile(&o.at)
}

// isOurs reports whether a descriptor leads to the directory's lock file.
func (l *look) isOurs(d *descriptor) bool {
	return d.flock.Dev == l.fs.dev && d.flock.Ino == l.ino && l.ino != 0 &&
		(!l.fs.shared || l.isLockFile(d))
}

// wasOurs reports whether a descriptor leads to a lock file that the directory
// had once and that is deleted, or that a mount covers now.
func (l *look) wasOurs(d *descriptor) bool {
	return (d.deleted && l.isLockFile(d) || l.isCovered(d)) && !l.isOurs(d)
}

// mayHaveBeenOurs is a first look at a descriptor that may be such a one.
func (l *look) mayHaveBeenOurs(d *descriptor) bool { return d.deleted || d.path == l.lockPath() }

// isCovered reports whether a descriptor was opened by the very path of the lock file, and a mount covers what was there.
func (l *look) isCovered(d *descriptor) bool {
	return d.path == l.lockPath() && l.procs.covered(d)
}

// lockPath is what the kernel calls the lock file.
func (l *look) lockPath() string {
	if l.path == "" {
		l.path = strings.TrimSuffix(l.dir.RealPath(), "/") + "/" + l.procs.names.Lock
	}
	return l.path
}

// isLockFile reports whether a descriptor was opened under the lock file's name.
func (l *look) isLockFile(d *descriptor) bool {
	where, ok := l.procs.place(d)
	dir := l.place()
	return ok && where.Dev == dir.Dev && where.Path == strings.TrimSuffix(dir.Path, "/")+"/"+l.procs.names.Lock
}
