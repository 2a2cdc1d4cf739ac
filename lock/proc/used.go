package proc

import (
	"bytes"
	"errors"
	"os"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// Used is a file that a process uses: by a descriptor, a mapping, or as its working or root directory.
type Used struct {
	Place
	Private bool // by a private mapping, as programs and libraries are mapped: it writes nothing to the file
}

// Used returns everything that the process has open, mapped, or as its working or root directory, given the
// mounts of its namespace. The error says that not all could be seen.
func (t Task) Used(mounts Mounts) ([]Used, error) {
	t = t.Running()
	s := usedSearch{mounts: mounts}
	s.addLink(t.WorkingDir())
	s.addLink(t.Root())
	fds, err := t.Descriptors()
	if err != nil {
		return s.used, err
	}
	known := map[int]bool{}
	for _, m := range mounts {
		known[m.ID] = true
	}
	for _, fd := range fds {
		if name := s.addLink(t.Link(fd)); isFile(name) {
			// A mount that was unmounted meanwhile, or is another namespace's: the path means nothing here. Of a
			// descriptor that was closed just now there is none.
			if mount := t.FDInfo(fd).MountID; mount != 0 && !known[mount] {
				s.failed = errNoMount
			}
		}
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

// usedSearch collects what a process uses.
type usedSearch struct {
	mounts Mounts
	used   []Used
	failed error // why there may be more
}

// add adds the place of a file that the kernel calls so.
func (s *usedSearch) add(name string, private bool) {
	if !strings.HasPrefix(name, "/") {
		return // a socket, a pipe
	}
	place, ok := s.mounts.Place(name)
	if !ok {
		s.failed = errNoMount
		return
	}
	s.used = append(s.used, Used{place, private})
	if undeleted, ok := strings.CutSuffix(place.Path, Deleted); ok { // or so it is called
		s.used = append(s.used, Used{Place{Dev: place.Dev, Path: undeleted}, private})
	}
}

// addLink adds what a link leads to, and returns it.
func (s *usedSearch) addLink(name string, err error) string {
	switch {
	case err == nil:
		s.add(name, false)
	case !IsGone(err): // closed meanwhile
		s.failed = err
	}
	return name
}

// Touched returns the places of what the process has open, or as its working directory: less than Used, but much sooner.
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

// notFiles is what the names of descriptors begin with that are of no file, though they look like a path: of
// memory, and of devices, which containers have open on the host's file system.
var notFiles = []string{"/dev/", "/memfd:", "/SYSV", "/secretmem", "/anon_hugepage", "/dmabuf:"}

// isFile reports whether the kernel's name of a descriptor is the path of a file.
func isFile(name string) bool {
	return strings.HasPrefix(name, "/") &&
		!slices.ContainsFunc(notFiles, func(prefix string) bool { return strings.HasPrefix(name, prefix) })
}

// mappedFile is a file of which a process has mapped something.
type mappedFile struct {
	path    string
	private bool
}

// mappedFiles returns the files in the text of /proc/<pid>/maps, each once as
// long as its mappings are adjacent. A newline in one is written \012 there.
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
