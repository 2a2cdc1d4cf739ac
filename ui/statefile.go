package ui

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"golang.org/x/sys/unix"

	"lockscope/lock"
	"lockscope/scan/repair"
)

// Errors of a directory that nothing is written to.
var (
	errNotOurs = errors.New("it is not ours alone: another user owns it, or may write there")
	errDataDir = errors.New("it is in a data directory")
)

// createStateFile creates a file of that name, readable for its owner alone, where the audit log is: in the
// user's state directory. It follows no link there, overwrites nothing, and writes to no data directory: a
// daemon may take what it finds there for its own. Where there is such a file the name gets a number.
func createStateFile(name string, names lock.Names) (*os.File, error) {
	audit, err := repair.DefaultAuditPath()
	if err != nil {
		return nil, err
	}
	path := filepath.Dir(audit)
	if within, err := dataDirAbove(path, names); within || err != nil {
		return nil, &os.PathError{Op: "write to", Path: path, Err: errors.Join(errDataDir, err)}
	}
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, err
	}
	dir, err := unix.Open(path, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, &os.PathError{Op: "open", Path: path, Err: err}
	}
	defer unix.Close(dir)
	var stat unix.Stat_t
	if err := unix.Fstat(dir, &stat); err != nil {
		return nil, &os.PathError{Op: "stat", Path: path, Err: err}
	}
	if int(stat.Uid) != os.Geteuid() || stat.Mode&0o022 != 0 {
		return nil, &os.PathError{Op: "write to", Path: path, Err: errNotOurs}
	}
	ext := filepath.Ext(name)
	for n := 1; ; n++ {
		numbered := name
		if n > 1 {
			numbered = name[:len(name)-len(ext)] + "-" + strconv.Itoa(n) + ext
		}
		fd, err := unix.Openat(dir, numbered, unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0o600)
		switch {
		case err == nil:
			return os.NewFile(uintptr(fd), filepath.Join(path, numbered)), nil
		case !errors.Is(err, fs.ErrExist) || n == maxNumbered:
			return nil, &os.PathError{Op: "create", Path: filepath.Join(path, numbered), Err: err}
		}
	}
}

// dataDirAbove reports whether a directory, or one above it, is a data directory. Links on the way are
// followed, as they are when something is written there.
func dataDirAbove(path string, names lock.Names) (bool, error) {
	for ; ; path = filepath.Dir(path) {
		real, err := filepath.EvalSymlinks(path)
		if errors.Is(err, fs.ErrNotExist) && path != "/" { // it is still to be made
			continue
		} else if err != nil {
			return false, err
		}
		for dir := real; ; dir = filepath.Dir(dir) {
			for _, name := range []string{names.Lock, names.Pidfile} {
				if _, err := os.Lstat(filepath.Join(dir, name)); err == nil {
					return true, nil
				}
			}
			if dir == "/" {
				return false, nil
			}
		}
	}
}

// writeStateFile writes a new file there by write, and returns its path. What it could not write whole it
// takes away again.
func writeStateFile(name string, names lock.Names, write func(*os.File) error) (path string, err error) {
	f, err := createStateFile(name, names)
	if err != nil {
		return "", err
	}
	if err := errors.Join(write(f), f.Close()); err != nil {
		return "", errors.Join(err, os.Remove(f.Name()))
	}
	return f.Name(), nil
}
