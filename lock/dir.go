package lock

import (
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// Dir is an open data directory. Everything in it is looked up from its descriptor, so a path that
// is renamed or replaced by a symlink later cannot lead elsewhere.
//
// Its methods look only: they create and write nothing, do not block on a FIFO or device, and follow
// no link. They may be called concurrently, but not with Close.
type Dir struct {
	fd    int
	path  string
	names Names
}

// OpenDir opens the data directory at path.
func OpenDir(path string) (Dir, error) { return DefaultNames.OpenDir(path) }

// OpenDir does what the function OpenDir does, for files of these names.
func (n Names) OpenDir(path string) (Dir, error) {
	return n.openDirAt(unix.AT_FDCWD, path, path, 0)
}

// OpenDirAt opens the directory of this name in the directory that the descriptor parent is of. It
// does not follow a symlink. path is for messages.
func (n Names) OpenDirAt(parent int, name, path string) (Dir, error) {
	return n.openDirAt(parent, name, path, unix.O_NOFOLLOW)
}

// OpenBelow opens the directory at a relative path below the directory that the descriptor parent is
// of. It follows no link, and does not leave that directory. The files in the result can be looked
// at, but FD cannot be used to list them (O_PATH, see open(2)). path is for messages.
func (n Names) OpenBelow(parent int, rel, path string) (Dir, error) {
	n = n.OrDefault()
	if err := n.check(); err != nil {
		return Dir{}, pathError("open", path, err)
	}
	fd, err := openBelow(parent, rel)
	if err != nil {
		return Dir{}, pathError("open", path, err)
	}
	return Dir{fd: fd, path: path, names: n}, nil
}

func (n Names) openDirAt(parent int, name, path string, flags int) (Dir, error) {
	n = n.OrDefault()
	if err := n.check(); err != nil {
		return Dir{}, pathError("open", path, err)
	}
	fd, err := open(parent, name, unix.O_RDONLY|unix.O_DIRECTORY|flags, 0)
	if err == unix.ENAMETOOLONG {
		fd, err = openLong(parent, name, unix.O_RDONLY|unix.O_DIRECTORY|flags)
	}
	if err != nil {
		return Dir{}, pathError("open", path, err)
	}
	return Dir{fd: fd, path: path, names: n}, nil
}

// openLong opens a directory at a path that is too long for one call: directories can be nested deeper
// than that (PATH_MAX). It opens as many names at a time as fit, and follows links as open(2) does.
func openLong(parent int, path string, flags int) (int, error) {
	fd := parent
	for {
		part := path
		if len(path) >= unix.PathMax {
			part = path[:strings.LastIndexByte(path[:unix.PathMax], '/')+1]
		}
		path = strings.TrimLeft(path[len(part):], "/")
		how := flags
		if path != "" {
			how = lookOnly | unix.O_DIRECTORY
		}
		next, err := -1, error(unix.ENAMETOOLONG) // of one name
		if part != "" {
			next, err = open(fd, part, how, 0)
		}
		if fd != parent {
			unix.Close(fd)
		}
		if err != nil || path == "" {
			return next, err
		}
		fd = next
	}
}

// Close closes the descriptor. On the zero Dir, which has none, it does nothing.
func (d Dir) Close() error {
	if d == (Dir{}) {
		return nil
	}
	return unix.Close(d.fd)
}

// Path is the path that the directory was opened by.
func (d Dir) Path() string { return d.path }

// FD is the descriptor, for *at calls. Close closes it.
func (d Dir) FD() int { return d.fd }

// ID returns the identity of the directory itself. Its MTime changes with every acquire and release.
func (d Dir) ID() (FileID, error) {
	id, _, err := fstat(d.fd)
	if err != nil {
		err = pathError("fstat", d.path, err)
	}
	return id, err
}

// Temps returns the temporary pidfiles in the directory. Old releases of the protocol call them
// pidfile.tmp, later ones pidfile.<pid>.tmp. It reads the whole directory, so it takes time in
// proportion to the number of entries.
func (d Dir) Temps() ([]Temp, error) {
	names, err := listNames(d.fd, d.names.isTemp)
	if err != nil {
		return nil, pathError("readdir", d.path, err)
	}
	var temps []Temp
	for _, name := range names {
		id, mode, err := fstatat(d.fd, name)
		switch {
		case err == unix.ENOENT: // it is gone by now
		case err != nil:
			return temps, pathError("stat", d.filePath(name), err)
		case isRegular(mode):
			temps = append(temps, Temp{Name: name, ID: id})
		}
	}
	return temps, nil
}

func (d Dir) filePath(name string) string { return filepath.Join(d.path, name) }
