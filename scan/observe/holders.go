package observe

import (
	"errors"
	"os"
	"path"
	"slices"
	"strings"

	"lockscope/lock"
	"lockscope/lock/proc"
	"lockscope/scan/report"
)

// addHolders adds the processes that hold the lock through these descriptors. What a search found may
// be old, so each of its descriptors is read again first.
func (ob *observation) addHolders(found []descriptor) {
	ev := &ob.ev
	for i := range found {
		d := &found[i]
		pid, fd := d.of.id.PID, int(d.fd)
		known := slices.ContainsFunc(ev.Holders, func(h report.Holder) bool { return h.Process.PID == pid && h.FD == fd })
		if known || ob.opts.Search != nil && !d.stillHolds() {
			continue
		}
		former := !ob.isOurs(d)
		ev.Holders = append(ev.Holders, report.Holder{
			Process:   ob.describe(d.of),
			FD:        fd,
			Inherited: d.flock.PID != pid,
			Deleted:   former,
			Covered:   former && !d.deleted && !d.aside,
		})
		if !former {
			ev.Locker = d.flock.PID
			// Free means that a flock probe was granted. It is granted beside those who share the
			// lock.
			if ev.Lock.State == lock.LockUnknown || ev.Lock.State == lock.LockFree {
				ev.Lock.State, ev.Source = lock.LockHeld, report.SourceFdinfo
			}
		}
	}
}

// addOpeners adds the processes that have the lock file open and hold no flock through it. It does
// so where nobody holds the lock, but somebody has the file open, or has a lock of another kind on
// it. They are those that a search found; without a search, the process that the kernel names.
func (ob *observation) addOpeners() {
	ev := &ob.ev
	// Where the lock was probed, no lease has told whether the file is open.
	probed := ev.Source == report.SourceProbe && ob.opts.Search != nil
	if ev.Lock.State == lock.LockHeld || !ev.OpenElsewhere && !probed && !errors.Is(ev.Lock.Err, lock.ErrPosixLock) {
		return
	}
	var found []opener
	if ob.opts.Search != nil {
		found = ob.opts.Search.openers
	} else if posix := (*lock.PosixLockError)(nil); errors.As(ev.Lock.Err, &posix) && posix.PID > 0 {
		found = ob.s.procs.find(posix.PID).openers()
	}
	for i := range found {
		if o := &found[i]; ob.hasOpen(o) {
			ev.OpenElsewhere = ev.OpenElsewhere || probed
			ev.Openers = append(ev.Openers, report.Opener{
				Process:   ob.describe(o.at.of),
				FD:        int(o.at.fd),
				Serves:    o.at.of.serves(),
				OtherLock: o.info.Other.Kind != proc.NoLock,
			})
		}
	}
}

// hasOpen reports whether an opener, other than we, has this directory's lock file open.
func (ob *observation) hasOpen(o *opener) bool {
	return (o.info.Ino == ob.ino || o.info.Ino == 0) && !o.at.deleted && o.at.of.id.PID != os.Getpid() && ob.isLockFile(&o.at)
}

// isOurs reports whether a descriptor leads to the directory's lock file.
func (ob *observation) isOurs(d *descriptor) bool {
	return d.flock.Dev == ob.fs.dev && d.flock.Ino == ob.ino && ob.ino != 0 &&
		(!ob.fs.shared || ob.isLockFile(d))
}

// wasOurs reports whether a descriptor leads to a lock file that the directory had before: one that
// is deleted, or has another name now, or that a mount covers now.
func (ob *observation) wasOurs(d *descriptor) bool {
	return (d.deleted && ob.isLockFile(d) || d.aside && ob.isInside(d) || ob.isCovered(d)) && !ob.isOurs(d)
}

// mayHaveBeenOurs rules out most descriptors of which wasOurs is false, by what their link told.
func (ob *observation) mayHaveBeenOurs(d *descriptor) bool {
	return d.deleted || d.aside || d.path == ob.lockPath()
}

// isCovered reports whether a descriptor was opened by the path of the lock file, before a mount
// covered the directory.
func (ob *observation) isCovered(d *descriptor) bool {
	return d.path == ob.lockPath() && ob.s.procs.covered(d)
}

// lockPath returns the kernel's name of the lock file: its path without links.
func (ob *observation) lockPath() string {
	if ob.lockFilePath == "" {
		ob.lockFilePath = strings.TrimSuffix(ob.dir.RealPath(), "/") + "/" + ob.s.procs.names.Lock
	}
	return ob.lockFilePath
}

// isLockFile reports whether a descriptor was opened under the name of the lock file.
func (ob *observation) isLockFile(d *descriptor) bool {
	where, ok := ob.s.procs.place(d)
	dir := ob.place()
	return ok && where.Dev == dir.Dev && where.Path == strings.TrimSuffix(dir.Path, "/")+"/"+ob.s.procs.names.Lock
}

// isInside reports whether a descriptor was opened on a file in the directory.
func (ob *observation) isInside(d *descriptor) bool {
	where, ok := ob.s.procs.place(d)
	dir := ob.place()
	return ok && where.Dev == dir.Dev && path.Dir(where.Path) == dir.Path
}
