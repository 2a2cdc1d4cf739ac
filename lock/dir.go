package lock

import (
	"path/filepath"

	"golang.org/x/sys/unix"
)

// Dir is an open data directory. Everything is looked up from its descriptor,
// so that a renamed path or a planted symlink cannot lead elsewhere after it was
// opened. Its looking methods never create, write or block on anything within it,
// never follow a link, and may be called concurrently, but not with Close.
type Dir struct {
	fd    int
	path  string
	names Names
}

// OpenDir opens the data directory at path.
func OpenDir(path string) (Dir, error) { return DefaultNames.OpenDir(path) }

// OpenDir opens the data directory at path, whose files have these names.
func (n Names) OpenDir(path string) (Dir, error) {
	return n.openDirAt(unix.AT_FDCWD, path, path, 0)
}

// OpenDirAt opens the directory of this name within the one that parent is a
// descriptor of, unless it is a symlink. path is for messages.
func (n Names) OpenDirAt(parent int, name, path string) (Dir, error) {
	return n.openDirAt(parent, name, path, unix.O_NOFOLLOW)
}

// OpenBelow opens the directory at a path relative to the one that parent is a
// descriptor of, through no link and not out of it. Its descriptor serves to look at what is in the
// directory, but not to list it (O_PATH, see open(2)). path is for messages.
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
	if err != nil {
		return Dir{}, pathError("open", path, err)
	}
	return Dir{fd: fd, path: path, names: n}, nil
}

// Close closes the descriptor. Of the zero Dir, which has none, it does nothing.
func (d Dir) Close() error {
	if d == (Dir{}) {
		return nil
	}
	return unix.Close(d.fd)
}

// Path is the path it was opened by.
func (d Dir) Path() string { return d.path }

// FD is its descriptor, for further *at calls; it stays Dir's to close.
func (d Dir) FD() int { return d.fd }

// ID returns the directory's own identity. Its mtime changes with every
// acquire and release.
func (d Dir) ID() (FileID, error) {
	id, _, err := fstat(d.fd)
	if err != nil {
		err = pathError("fstat", d.path, err)
	}
	return id, err
}

// Temps returns the temporary pidfiles in the directory, under the name the
// protocol began with (pidfile.tmp) and the one it has now (pidfile.<pid>.tmp).
// It lists the directory, which takes time in proportion to its entries.
func (d Dir) Temps() ([]Temp, error) {
	names, err := listNames(d.fd, d.names.isTemp)
	if err != nil {
		return nil, pathError("readdir", d.path, err)
	}
	var temps []Temp
	for _, name := range names {
		if id, mode, err := fstatat(d.fd, name); err == nil && isRegular(mode) {
			temps = append(temps, Temp{Name: name, ID: id})
		}
	}
	return temps, nil
}

func (d Dir) filePath(name string) string { return filepath.Join(d.path, name) }
