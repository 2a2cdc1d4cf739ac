package observe

import (
	"path"
	"slices"
	"strings"

	"lockscope/lock/proc"
)

// layers are the directories that the mounted overlays are made of, as far as that can be told. Each
// comes with the mount point of its overlay, where the merged directory is.
type layers struct {
	byPlace    map[proc.Place]string // those whose place is known
	byLastName map[string][]pathTail // those of which only the end of the path is known, by its last name
	mayBeAny   string                // where an overlay is mounted that has a layer nothing is known of
	namespaces []*namespace          // the mount namespaces that were read
	unread     int                   // how many could not be read
}

// pathTail is the end of a path that leads to a layer.
type pathTail struct {
	names  []string
	merged string // the mount point
}

func newLayers() *layers {
	return &layers{byPlace: map[proc.Place]string{}, byLastName: map[string][]pathTail{}}
}

// add adds a layer whose place is known.
func (ls *layers) add(place proc.Place, merged string) {
	if _, known := ls.byPlace[place]; !known {
		ls.byPlace[place] = merged
	}
}

// addTail adds a layer by a path of which it is not known where it begins.
func (ls *layers) addTail(text, merged string) {
	names := tailOf(text)
	if len(names) == 0 {
		ls.mayBeAny = merged
		return
	}
	last := names[len(names)-1]
	known := func(t pathTail) bool { return slices.Equal(t.names, names) }
	if !slices.ContainsFunc(ls.byLastName[last], known) {
		ls.byLastName[last] = append(ls.byLastName[last], pathTail{names, merged})
	}
}

// find returns the mount point of an overlay of which a directory is, or may be, a layer or in a
// layer. The directory is given by its place and its path.
func (ls *layers) find(place proc.Place, name string) (merged string, ok bool) {
	if ls.mayBeAny != "" {
		return ls.mayBeAny, true
	}
	for p := (proc.Place{Dev: place.Dev, Path: path.Clean(place.Path)}); strings.HasPrefix(p.Path, "/"); p.Path = path.Dir(p.Path) {
		if merged, ok := ls.byPlace[p]; ok {
			return merged, true
		}
		if p.Path == "/" {
			break
		}
	}
	if len(ls.byLastName) == 0 {
		return "", false
	}
	// The place begins at the root of the file system, the path at ours. Either may have more of the
	// names in the tail.
	for _, names := range [][]string{namesOf(place.Path), namesOf(name)} {
		for i, last := range names {
			for _, t := range ls.byLastName[last] {
				if n := len(t.names); n <= i+1 && slices.Equal(names[i+1-n:i+1], t.names) {
					return t.merged, true
				}
			}
		}
	}
	return "", false
}

// none reports whether there are no layers.
func (ls *layers) none() bool {
	return len(ls.byPlace) == 0 && len(ls.byLastName) == 0 && ls.mayBeAny == ""
}

// namesOf returns the names in a path.
func namesOf(name string) []string {
	return strings.FieldsFunc(name, func(r rune) bool { return r == '/' })
}

// tailOf returns the names in a path after the last "..". Where ".." leads depends on links, so the
// names before it tell nothing.
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

// layerPaths returns the paths of the layers in the options of an overlay, as they were given when
// it was mounted. So they may be relative. escaped says that the options come from mountinfo, which
// has octal escapes.
//
// The kernel shows lowerdir and upperdir as they were written: with a backslash before each colon,
// comma and backslash. It shows paths without these backslashes where they were given one by one
// (lowerdir+, datadir+) or by descriptor (ovl_show_layer in fs/overlayfs/params.c). For upperdir it
// does not show which of the two it is, so both readings are returned.
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
			for _, name := range splitPlain(value, ':') { // data-only layers come after ::
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

// splitPlain splits s at each sep that has no backslash before it.
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

// unquote removes each backslash that has a character after it.
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
