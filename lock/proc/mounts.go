package proc

import (
	"bufio"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// Place is a file's file system and its path within that. A process in a container and one on the host
// know the same file by different paths, but it has one place.
type Place struct {
	Dev  uint64 // of the super block, as unix.Mkdev makes it; on btrfs it is no file's st_dev
	Path string // begins at the file system's own root
}

// Below reports whether p is the directory dir or something below it.
func (p Place) Below(dir Place) bool {
	rest, ok := strings.CutPrefix(p.Path, strings.TrimSuffix(dir.Path, "/"))
	return ok && p.Dev == dir.Dev && (rest == "" || rest[0] == '/')
}

// Mount is a line of /proc/<pid>/mountinfo (proc(5)).
type Mount struct {
	ID      int
	Dev     uint64
	Root    string // which directory of the file system is mounted
	Point   string // the path where it is mounted
	FSType  string
	Options string // of the super block
}

// Mounts are the mounts of one mount namespace, in the order of mountinfo.
type Mounts []Mount

// ParseMounts reads the text of a mountinfo file. A line that it cannot read is an error.
func ParseMounts(r io.Reader) (Mounts, error) {
	var mounts Mounts
	sc := bufio.NewScanner(r)
	sc.Buffer(nil, maxMount)
	for sc.Scan() {
		m, err := parseMount(sc.Text())
		if err != nil {
			return nil, err
		}
		mounts = append(mounts, m)
	}
	return mounts, sc.Err()
}

// parseMount reads one line: ID, parent, major:minor, root, mount point, options, any number of optional
// fields, a hyphen, type, source, options of the super block.
func parseMount(line string) (Mount, error) {
	bad := fmt.Errorf("unexpected mountinfo line %q", line)
	first, rest, ok := strings.Cut(line, " - ")
	f, g := strings.Split(first, " "), strings.Split(rest, " ") // other white space may be in a path
	if !ok || len(f) < 6 || len(g) < 2 {
		return Mount{}, bad
	}
	id, err := strconv.Atoi(f[0])
	major, minor, ok := strings.Cut(f[2], ":")
	maj, err1 := strconv.ParseUint(major, 10, 32)
	min, err2 := strconv.ParseUint(minor, 10, 32)
	if !ok || err != nil || err1 != nil || err2 != nil {
		return Mount{}, bad
	}
	m := Mount{ID: id, Dev: unix.Mkdev(uint32(maj), uint32(min)), Root: Unescape(f[3]), Point: Unescape(f[4]), FSType: g[0]}
	if len(g) > 2 {
		m.Options = g[2]
	}
	return m, nil
}

// Unescape undoes the kernel's escaping. In a path it writes white space and backslashes as \040.
func Unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+3 < len(s) {
			if c, err := strconv.ParseUint(s[i+1:i+4], 8, 8); err == nil {
				b.WriteByte(byte(c))
				i += 3
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// Find returns the mount that a path of the namespace is on. That is the one with the longest mount
// point, and of several at one point the last, which covers the others.
func (ms Mounts) Find(name string) (Mount, bool) {
	best := -1
	for i, m := range ms {
		if Within(name, m.Point) && (best < 0 || len(m.Point) >= len(ms[best].Point)) {
			best = i
		}
	}
	if best < 0 {
		return Mount{}, false
	}
	return ms[best], true
}

// Place returns the place of a path of the namespace.
func (ms Mounts) Place(name string) (Place, bool) {
	m, ok := ms.Find(name)
	if !ok {
		return Place{}, false
	}
	return m.Place(name), true
}

// Place returns the place of a path that is on the mount.
func (m Mount) Place(name string) Place {
	return Place{Dev: m.Dev, Path: path.Join(m.Root, strings.TrimPrefix(name, m.Point))}
}

// Within reports whether name is the path of the directory dir or leads below it. Both must be absolute
// and clean (path.Clean).
func Within(name, dir string) bool {
	rest, ok := strings.CutPrefix(name, strings.TrimSuffix(dir, "/"))
	return ok && (rest == "" || rest[0] == '/')
}

// Names returns the paths that a directory has in the namespace, one for each mount that shows it.
func (ms Mounts) Names(dir Place) []string {
	var names []string
	for i, m := range ms {
		if m.Dev != dir.Dev || !Within(dir.Path, m.Root) {
			continue
		}
		name := path.Join(m.Point, strings.TrimPrefix(dir.Path, strings.TrimSuffix(m.Root, "/")))
		if top, ok := ms.Find(name); ok && top.ID == ms[i].ID { // else another mount covers it
			names = append(names, name)
		}
	}
	return names
}

// Below returns the mounts below a path that may have data directories.
func (ms Mounts) Below(name string) (found []Mount) {
	for _, m := range ms {
		if m.Point != name && Within(m.Point, name) && m.MayHaveData() {
			found = append(found, m)
		}
	}
	return found
}

// Same reports whether both are of one namespace. Mount IDs are unique among all namespaces (proc(5)).
func (ms Mounts) Same(other Mounts) bool {
	return len(ms) > 0 && len(other) > 0 && ms[0].ID == other[0].ID
}
