package observe

import (
	"path"
	"slices"
	"strings"

	"lockscope/lock/proc"
)

// layers are the directories that the mounted overlays are made of, as far as that can be told.
type layers struct {
	at         map[proc.Place]string // where one is, and the mount point of what it is a layer of
	somewhere  map[string][]tail     // those of which only the end of the path is known, by its last name
	anywhere   string                // a mount point of which some layer may be any directory
	namespaces []*namespace          // that were read
	unread     int                   // mount namespaces that could not be
}

// tail is the end of a path that leads to a layer.
type tail struct {
	names  []string
	merged string
}

func newLayers() *layers {
	return &layers{at: map[proc.Place]string{}, somewhere: map[string][]tail{}}
}

// add takes in a layer that is at a place.
func (ls *layers) add(place proc.Place, merged string) {
	if _, known := ls.at[place]; !known {
		ls.at[place] = merged
	}
}

// addTail takes in a layer by a path that begins nobody knows where.
func (ls *layers) addTail(text, merged string) {
	names := tailOf(text)
	if len(names) == 0 {
		ls.anywhere = merged
		return
	}
	last := names[len(names)-1]
	known := func(t tail) bool { return slices.Equal(t.names, names) }
	if !slices.ContainsFunc(ls.somewhere[last], known) {
		ls.somewhere[last] = append(ls.somewhere[last], tail{names, merged})
	}
}

// find returns the mount point of an overlay that a directory is, or may be, a layer of or in a layer
// of, by its place and its path.
func (ls *layers) find(place proc.Place, name string) (merged string, ok bool) {
	if ls.anywhere != "" {
		return ls.anywhere, true
	}
	for p := (proc.Place{Dev: place.Dev, Path: path.Clean(place.Path)}); strings.HasPrefix(p.Path, "/"); p.Path = path.Dir(p.Path) {
		if merged, ok := ls.at[p]; ok {
			return merged, true
		}
		if p.Path == "/" {
			break
		}
	}
	if len(ls.somewhere) == 0 {
		return "", false
	}
	// Where a file system is mounted, the one has more names, or the other.
	for _, names := range [][]string{namesOf(place.Path), namesOf(name)} {
		for i, last := range names {
			for _, t := range ls.somewhere[last] {
				if n := len(t.names); n <= i+1 && slices.Equal(names[i+1-n:i+1], t.names) {
					return t.merged, true
				}
			}
		}
	}
	return "", false
}

// none reports whether no directory is a layer.
func (ls *layers) none() bool {
	return len(ls.at) == 0 && len(ls.somewhere) == 0 && ls.anywhere == ""
}

// namesOf are the names in a path.
func namesOf(name string) []string {
	return strings.FieldsFunc(name, func(r rune) bool { return r == '/' })
}

// tailOf are the last names in a path, after which nothing leads up again: what .. means depends on links.
func tailOf(text string) (names []string) {
	for _, name := range namesOf(text) {
		switch name {
		case ".":
		case "..":
			names = nil
		default:
			names = append(names, name)
		}
	}
	return names
}

// layerPaths returns the paths in the options of an overlay that name its layers, as they were given when it
// was mounted: relative ones too. escaped says that the text is mountinfo's, where what would not be clear is
// octal. The kernel shows lowerdir and upperdir as they were written, with backslashes before colons, commas and
// backslashes, and what was given one by one (lowerdir+, datadir+), or by descriptor, as it is
// (ovl_show_layer in fs/overlayfs/params.c). Of upperdir it does not show which: either may be meant.
func layerPaths(options string, escaped bool) (paths []string) {
	add := func(name string) {
		if name != "" && !slices.Contains(paths, name) {
			paths = append(paths, name)
		}
	}
	for _, option := range splitPlain(options, ',') {
		key, value, _ := strings.Cut(option, "=")
		if escaped {
			value = proc.Unescape(value)
		}
		switch key {
		case "lowerdir":
			for _, name := range splitPlain(value, ':') { // :: is before layers for data alone
				add(unquote(name))
			}
		case "upperdir":
			add(unquote(value))
			add(value)
		case "lowerdir+", "datadir+":
			add(value)
		}
	}
	return paths
}

// splitPlain splits at a separator that no backslash is before.
func splitPlain(s string, sep byte) (parts []string) {
	start := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case sep:
			parts = append(parts, s[start:i])
			start = i + 1
		}
	}
	return append(parts, s[start:])
}

// unquote takes the backslashes away that are before other characters.
func unquote(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
