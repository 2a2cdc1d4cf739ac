package lock

import (
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// removeUnlocked removes the pidfile where there is no lock file. Nothing keeps a
// daemon from creating one and acquiring now, so the pidfile is first moved
// aside, then looked at, and put back if it is not the one that was seen.
//
// Should we die in between, it stays where it was moved to, under the name of a
// temporary. The directory then has neither lock file nor pidfile and is no data directory;
// once a daemon has made it one again, the file is a leftover like any other.
func (b *breaker) removeUnlocked() ([]string, error) {
	if err := b.confirm(); err != nil {
		return nil, err
	}
	if !b.sameFiles() {
		return nil, b.refuse(RefusedChanged, nil)
	}
	b.at(stepConfirmed)
	aside := b.names.Pidfile + "." + strconv.Itoa(os.Getpid()) + ".tmp"
	switch err := b.move(b.names.Pidfile, aside); {
	case err == unix.ENOENT || err == unix.EEXIST:
		return nil, b.refuse(RefusedChanged, nil)
	case err != nil:
		return nil, b.refuse(RefusedUnknown, pathError("rename", b.filePath(b.names.Pidfile), err))
	}
	b.at(stepAside)
	why, err := RefusedChanged, error(nil)
	if id, _, _ := fstatat(b.fd, aside); id == b.seen.Pidfile.ID && b.LockFile().State == LockMissing {
		if err = b.unlink(aside); err == nil {
			return []string{b.names.Pidfile}, nil
		}
		why, err = RefusedUnknown, pathError("unlink", b.filePath(aside), err)
	}
	back := b.move(aside, b.names.Pidfile)
	if back == unix.EEXIST { // by now, who acquired would have replaced it
		if back = b.unlink(aside); back != nil {
			back = pathError("unlink", b.filePath(aside), back)
		}
	} else if back != nil && back != unix.ENOENT {
		back = pathError("rename", b.filePath(aside), back)
	}
	if back != nil && back != unix.ENOENT {
		return nil, &AsideError{Path: b.filePath(aside), Err: back}
	}
	return nil, b.refuse(why, err)
}
