package observe

import (
	"regexp"
	"strings"

	"lockscope/lock/proc"
	"lockscope/scan/pool"
)

// descriptor is a descriptor of a process through which it holds a flock, or did when it was read.
type descriptor struct {
	of    *process
	fd    int32
	prev  int32     // index in of.scan.held, plus one, of the previous one with this inode number
	flock proc.Lock // none of an opener's

	// What its link tells, once it was read: see readLink.
	path    string // as the kernel names the file
	deleted bool   // the file was deleted, or what was opened is no longer what the path names
	aside   bool   // path is that of a lock file which somebody gave another name: see asideSuffix
}

// asideSuffix is what people add to the name of a lock file that they think is in the way. Who holds it
// goes on holding it. Other endings do not count: a program may lock files of such names for itself.
var asideSuffix = regexp.MustCompile(`^(~|[._-](bak|old|orig|save|stale|broken|backup|prev|disabled|moved|[0-9]{6}).*)$`)

// isAside reports whether a path is that of a lock file which was given another name.
func (ps *processes) isAside(path string) bool {
	_, suffix, ok := strings.Cut(path, ps.lockName)
	return ok && asideSuffix.MatchString(suffix) && !strings.Contains(suffix, "/")
}

// closed stands for the path of a descriptor that is closed, or that we may not look at.
const closed = "?"

// opener is a descriptor on a file with the lock file's name, through which no flock is held.
type opener struct {
	at   descriptor
	info proc.FDInfo
}

// readLink reads the kernel's name of the file. It uses readlink alone: stat through /proc/<pid>/fd
// would ask the file system, which may hang.
func (d *descriptor) readLink() {
	if d.path != "" {
		return
	}
	d.path, d.deleted = closed, false
	if name, err := d.of.scan.task.Link(int(d.fd)); err == nil {
		d.path, d.deleted = strings.CutSuffix(name, proc.Deleted)
		d.aside = d.of.ps.isAside(d.path)
	}
}

// isLockFile reports whether the file has, or had, the lock file's name.
func (d *descriptor) isLockFile() bool {
	d.readLink()
	return strings.HasSuffix(d.path, d.of.ps.lockName) || d.aside
}

// readFDInfo reads what the kernel says of d, and keeps the flock that is held through it.
func (d *descriptor) readFDInfo() proc.FDInfo {
	info := d.of.scan.task.FDInfo(int(d.fd))
	d.flock = info.Flock
	return info
}

// stillHolds confirms, with one small read, that the process still holds the flock through the
// descriptor.
func (d descriptor) stillHolds() bool {
	return d.info().Flock == d.flock
}

// info returns what the kernel says of the descriptor now: nothing where no answer comes.
func (d descriptor) info() proc.FDInfo {
	info, _ := pool.Call(d.of.ps.calls, d.of.descriptors(), func() proc.FDInfo { return d.of.scan.task.FDInfo(int(d.fd)) })
	return info
}

// readName reads the name of the descriptor's file, unless it is known, and reports whether an answer
// came.
func (ps *processes) readName(d *descriptor) bool {
	if d.path == "" {
		linked, ok := pool.Call(ps.calls, d.of.descriptors(), func() descriptor { d := *d; d.readLink(); return d })
		if !ok {
			return false
		}
		d.path, d.deleted, d.aside = linked.path, linked.deleted, linked.aside
	}
	return true
}

// place returns where the descriptor's file is, or was.
func (ps *processes) place(d *descriptor) (proc.Place, bool) {
	if !ps.readName(d) {
		return proc.Place{}, false
	}
	mounts, err := ps.mounts.of(d.of.id)
	if err != nil {
		return proc.Place{}, false
	}
	return mounts.Place(d.path)
}

// covered reports whether something was mounted over the file of a descriptor. Then the file's path
// leads through another mount now than when it was opened. That can only be told in our mount
// namespace.
func (ps *processes) covered(d *descriptor) bool {
	if !ps.readName(d) {
		return false
	}
	theirs, err := ps.mounts.of(d.of.id)
	if d.deleted || err != nil || !theirs.Same(ps.mounts.ours) {
		return false
	}
	now, ok := ps.mounts.ours.Find(d.path)
	then := d.info().MountID
	return ok && then != 0 && then != now.ID
}
