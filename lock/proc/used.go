package proc

import (
	"bytes"
	"errors"
	"os"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// Used is a file that a process has open or mapped, or its working or root directory, or what one of
// its Unix sockets is bound to.
type Used struct {
	Place
	Bound   string // the path of a socket, as it was given to bind(2), instead of a place
	Private bool   // by a private mapping, as of a program or library, which writes nothing to the file
}

// Used returns all files that the process has open or mapped, its working and root directory, and what its
// Unix sockets are bound to, given its mounts from [FS.Mounts]. An error means that there may be more.
func (t Task) Used(mounts Mounts) ([]Used, error) {
	t = t.Running()
	s := usedSearch{mounts: mounts, known: map[int]bool{}}
	for _, m := range mounts {
		s.known[m.ID] = true
	}
	if err := s.addOpen(t); err != nil {
		return s.used, err
	}
	for _, thread := range t.separate() {
		s.addOpen(thread) // an error means that it has ended
	}
	maps, err := os.ReadFile(string(t) + "/maps")
	if err != nil && !errors.Is(err, unix.ESRCH) {
		s.failed = err
	}
	for _, m := range mappedFiles(maps) {
		s.add(m.path, m.private)
	}
	return s.used, s.failed
}

// addOpen adds what a task has open, and its working and root directory.
func (s *usedSearch) addOpen(t Task) error {
	s.addLink(t.WorkingDir())
	s.addLink(t.Root())
	fds, err := t.Descriptors()
	sockets := map[string]bool{}
	for _, fd := range fds {
		name := s.addLink(t.Link(fd))
		if strings.HasPrefix(name, "socket:") {
			sockets[name] = true
		}
		if isFile(name) {
			// The file's mount was unmounted since (umount -l), or is in another namespace. Its path
			// is another file's here. If the descriptor was closed meanwhile, the ID is 0.
			if mount := t.FDInfo(fd).MountID; mount != 0 && !s.known[mount] {
				s.failed = errNoMount
			}
		}
	}
	s.addSockets(t, sockets)
	return err
}

// usedSearch collects what a process uses.
type usedSearch struct {
	mounts Mounts
	known  map[int]bool // the IDs of the mounts
	used   []Used
	failed error // why there may be more
}

// add adds the place of a file, given the kernel's name of it.
func (s *usedSearch) add(name string, private bool) {
	if !strings.HasPrefix(name, "/") {
		return // a socket, a pipe
	}
	place, ok := s.mounts.Place(name)
	if !ok {
		s.failed = errNoMount
		return
	}
	s.used = append(s.used, Used{Place: place, Private: private})
	// The suffix may be a part of the file's own name, so both places count.
	if undeleted, ok := strings.CutSuffix(place.Path, Deleted); ok {
		s.used = append(s.used, Used{Place: Place{Dev: place.Dev, Path: undeleted}, Private: private})
	}
}

// addLink adds the file that a link names, and returns the name.
func (s *usedSearch) addLink(name string, err error) string {
	switch {
	case err == nil:
		s.add(name, false)
	case !IsGone(err): // closed meanwhile
		s.failed = err
	}
	return name
}

// Touched returns the places of the files that the process has open, and of its working directory. It
// finds less than Used, much faster.
func (t Task) Touched(mounts Mounts) (places []Place) {
	t = t.Running()
	add := func(name string, _ error) {
		if place, ok := mounts.Place(name); ok && isFile(name) {
			places = append(places, place)
		}
	}
	add(t.WorkingDir())
	fds, _ := t.Descriptors()
	for _, fd := range fds {
		add(t.Link(fd))
	}
	return places
}

// notFiles are the prefixes of names that look like a path, but are not of a file: those of memory, and
// of devices, which containers have open on the host's file system.
var notFiles = []string{"/dev/", "/memfd:", "/SYSV", "/secretmem", "/anon_hugepage", "/dmabuf:"}

// isFile reports whether the kernel's name of an open file is the path of a regular file or directory.
func isFile(name string) bool {
	return strings.HasPrefix(name, "/") &&
		!slices.ContainsFunc(notFiles, func(prefix string) bool { return strings.HasPrefix(name, prefix) })
}

// mappedFile is a file that a process has mapped, or a part of it.
type mappedFile struct {
	path    string
	private bool
}

// mappedFiles returns the files in the text of /proc/<pid>/maps. It has each once if its mappings follow
// each other. The kernel writes a newline in a name as \012.
func mappedFiles(maps []byte) []mappedFile {
	var files []mappedFile
	for line := range bytes.Lines(maps) {
		mapping, path, ok := bytes.Cut(line, []byte(" /"))
		if !ok {
			continue
		}
		_, flags, _ := bytes.Cut(mapping, []byte(" "))
		name := "/" + string(bytes.ReplaceAll(bytes.TrimSuffix(path, []byte("\n")), []byte(`\012`), []byte("\n")))
		file := mappedFile{name, len(flags) > 3 && flags[3] == 'p'}
		if len(files) == 0 || files[len(files)-1] != file {
			files = append(files, file)
		}
	}
	return files
}
