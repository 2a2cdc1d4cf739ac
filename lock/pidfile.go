package lock

import (
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"lockscope/lock/eintr"
)

// ParsePID reads the text of a pidfile. Like the Rust crate, it accepts a base-10 number that fits an
// int32, with white space around it. Any other text gives 0 and PidfileEmpty or PidfileMalformed. So
// does a number below 1, which means a process group to kill(2).
func ParsePID(text string) (int, PidfileState) {
	trimmed := strings.TrimSpace(text)
	if trimmed == "" && len(text) <= maxPidfile {
		return 0, PidfileEmpty
	}
	pid, err := strconv.ParseInt(trimmed, 10, 32)
	if err != nil || pid <= 0 || len(text) > maxPidfile {
		return 0, PidfileMalformed
	}
	return int(pid), PidfileNamed
}

// formatPID is the text of a pidfile that names pid.
func formatPID(pid int) string { return strconv.Itoa(pid) + "\n" }

// Pidfile reads the pidfile if it is a regular file, and no more than 65 bytes of it.
func (d Dir) Pidfile() Pidfile {
	fd, id, err := openRegular(d.fd, d.names.Pidfile, unix.O_RDONLY)
	switch {
	case err == unix.ENOENT:
		return Pidfile{State: PidfileMissing}
	case err == ErrNotRegular:
		return Pidfile{State: PidfileNotRegular, ID: id}
	case err != nil:
		return Pidfile{ID: id, Err: pathError("open", d.filePath(d.names.Pidfile), err)}
	}
	defer unix.Close(fd)
	var buf [maxPidfile + 1]byte
	n := 0
	for n < len(buf) {
		m, err := read(fd, buf[n:])
		if err != nil {
			return Pidfile{ID: id, Err: pathError("read", d.filePath(d.names.Pidfile), err)}
		}
		n += m
		if m == 0 || int64(n) == id.Size { // this saves the read that would find the end
			break
		}
	}
	p := Pidfile{ID: id, Text: string(buf[:n])}
	p.PID, p.State = ParsePID(p.Text)
	return p
}

// PidfileID identifies the pidfile without opening it, to find out whether it is still the one that
// was read. It is the zero FileID if there is none. The error says that this could not be found out.
func (d Dir) PidfileID() (FileID, error) {
	id, _, err := fstatat(d.fd, d.names.Pidfile)
	switch err {
	case nil:
		return id, nil
	case unix.ENOENT:
		return FileID{}, nil
	}
	return FileID{}, pathError("stat", d.filePath(d.names.Pidfile), err)
}

// isPidfile reports whether the pidfile is still the one that has this id. The zero id means none.
func (d Dir) isPidfile(id FileID) bool {
	now, err := d.PidfileID()
	return err == nil && now == id
}

// writePidfile writes a temporary file, syncs it, renames it to the pidfile, and syncs the directory.
// So others see a whole pidfile or none. Only the holder of the lock may call it.
func (d Dir) writePidfile(pid int) (FileID, error) {
	temp := d.names.Pidfile + ".tmp"
	id, err := d.writeTemp(temp, formatPID(pid))
	if err != nil {
		return FileID{}, err
	}
	err = eintr.Retry(func() error { return unix.Renameat(d.fd, temp, d.fd, d.names.Pidfile) })
	if err != nil {
		d.unlink(temp)
		return FileID{}, pathError("rename", d.filePath(temp), err)
	}
	if err := fsync(d.fd); err != nil {
		d.unlink(d.names.Pidfile)
		return FileID{}, pathError("fsync", d.path, err)
	}
	return id, nil
}

// writeTemp writes a new file. It removes a temporary that was left behind, and does not write to
// it, because it may be a link to somebody else's file.
func (d Dir) writeTemp(temp, text string) (id FileID, err error) {
	path := d.filePath(temp)
	if err := d.unlink(temp); err != nil && err != unix.ENOENT {
		return FileID{}, pathError("unlink", path, err)
	}
	fd, err := open(d.fd, temp, unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL, 0o666)
	if err != nil {
		return FileID{}, pathError("open", path, err)
	}
	var n int
	err = eintr.Retry(func() error {
		n, err = unix.Write(fd, []byte(text))
		return err
	})
	if err == nil && n < len(text) {
		err = fmt.Errorf("%d of %d bytes written", n, len(text))
	}
	if err == nil {
		err = fsync(fd)
	}
	if err == nil {
		id, _, err = fstat(fd)
	}
	if closeErr := unix.Close(fd); err == nil {
		err = closeErr
	}
	if err != nil {
		d.unlink(temp)
		return FileID{}, pathError("write", path, err)
	}
	return id, nil
}
