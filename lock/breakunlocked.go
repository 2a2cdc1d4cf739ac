package lock

import (
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// removeUnlocked removes the pidfile if there is no lock file. There is no lock to hold then, and a
// daemon may create the lock file and acquire it at any moment. So the pidfile is first moved aside,
// then looked at, and moved back if it is not the one that was seen.
//
// If we die in between, the pidfile stays under the name of a temporary. With neither lock file nor
// pidfile the directory is no data directory. Once a daemon has made it one again, that file is a
// leftover like any other.
func (b *breaker) removeUnlocked() ([]string, error) {
	if err := b.confirm(); err != nil {
		return nil, err
	}
	if !b.sameFiles() {
		return nil, b.refuse(RefusedChanged, nil)
	}
	b.onStep(stepConfirmed)
	aside := b.dir.names.Pidfile + "." + strconv.Itoa(os.Getpid()) + ".tmp"
	switch err := b.dir.renameNoReplace(b.dir.names.Pidfile, aside); {
	case err == unix.ENOENT || err == unix.EEXIST:
		return nil, b.refuse(RefusedChanged, nil)
	case err != nil:
		return nil, b.refuse(RefusedUnknown, pathError("rename", b.dir.filePath(b.dir.names.Pidfile), err))
	}
	b.onStep(stepAside)
	why, err := RefusedChanged, error(nil)
	if id, _, _ := fstatat(b.dir.fd, aside); id == b.seen.Pidfile.ID && b.dir.LockFile().State == LockMissing {
		if err = b.dir.unlink(aside); err == nil {
			return []string{b.dir.names.Pidfile}, nil
		}
		why, err = RefusedUnknown, pathError("unlink", b.dir.filePath(aside), err)
	}
	back := b.dir.renameNoReplace(aside, b.dir.names.Pidfile)
	if back == unix.EEXIST { // a daemon has acquired, and would have replaced this one
		if back = b.dir.unlink(aside); back != nil {
			back = pathError("unlink", b.dir.filePath(aside), back)
		}
	} else if back != nil && back != unix.ENOENT {
		back = pathError("rename", b.dir.filePath(aside), back)
	}
	if back != nil && back != unix.ENOENT {
		return nil, &AsideError{Path: b.dir.filePath(aside), Err: back}
	}
	return nil, b.refuse(why, err)
}
