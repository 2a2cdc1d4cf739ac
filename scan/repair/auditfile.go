package repair

import (
	"errors"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"lockscope/lock"
)

// openLog opens the log as flags say (open(2)). It follows no link, and opens nothing but a regular file: the log
// may be in a directory that others can write.
func openLog(file string, flags int) (*os.File, error) {
	// Merely to open something else, such as a device, could already have effects.
	if info, err := os.Lstat(file); err == nil && !info.Mode().IsRegular() {
		return nil, &os.PathError{Op: "open", Path: file, Err: lock.ErrNotRegular}
	}
	f, err := os.OpenFile(file, flags|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0o600)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = &os.PathError{Op: "open", Path: file, Err: lock.ErrNotRegular}
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// hasRoom returns why nothing can be added to a file, as far as the file system knows how much room it has.
func hasRoom(f *os.File) error {
	var st unix.Statfs_t
	if err := unix.Fstatfs(int(f.Fd()), &st); err == nil && st.Blocks > 0 && st.Bfree == 0 {
		return &os.PathError{Op: "write", Path: f.Name(), Err: unix.ENOSPC}
	}
	return nil
}

// lockWithin takes the flock of the log, and waits for it no longer than wait.
func lockWithin(f *os.File, wait time.Duration) error {
	for end := time.Now().Add(wait); ; time.Sleep(auditRetry) {
		err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		switch {
		case err == nil:
			return nil
		case err != unix.EWOULDBLOCK && err != unix.EINTR || time.Now().After(end):
			return &os.PathError{Op: "flock", Path: f.Name(), Err: err}
		}
	}
}

// appendLine appends a whole line and syncs it, or leaves the file as it was. If a crash has cut the last
// line short, it is ended first.
func appendLine(f *os.File, line []byte) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	size := info.Size()
	if last := make([]byte, 1); size > 0 {
		if _, err := f.ReadAt(last, size-1); err != nil {
			return err
		}
		if last[0] != '\n' {
			line = append([]byte{'\n'}, line...)
		}
	}
	if _, err = f.Write(line); err == nil {
		err = f.Sync()
	}
	if err != nil {
		return errors.Join(err, f.Truncate(size))
	}
	return nil
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
