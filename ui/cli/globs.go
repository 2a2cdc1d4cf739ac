package cli

import (
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// globs are roots of which only a part is looked at: globs on the paths below each, by the root. They come from
// roots in the config file, or on the command line with --glob. A shell has expanded the others.
type globs map[string][]string

// splitGlob divides a root that is a glob into the part that names one directory, and the rest, which is empty
// where there is no glob in it.
func splitGlob(root string) (base, glob string) {
	at := strings.IndexAny(root, `*?[\`)
	if at < 0 {
		return root, ""
	}
	at = strings.LastIndexByte(root[:at], '/') + 1
	return cleanBase(root[:at]), root[at:]
}

func isGlob(root string) bool {
	_, glob := splitGlob(root)
	return glob != ""
}

// cleanBase is a path without the slash at its end.
func cleanBase(dir string) string {
	if dir == "" {
		return "."
	}
	return filepath.Clean(dir)
}

// escapeGlob makes a glob that matches one path.
func escapeGlob(path string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}

// splitGlobs makes of roots, some of which are globs, roots that are directories, and what is to be looked at of
// them. The roots are absolute. No directory is below two of these in two ways: a root that is no glob is looked at
// as a whole, and globs whose directories are below each other become globs on the upper one.
func splitGlobs(roots []string) (bases []string, of globs, err error) {
	of = globs{}
	var narrowed []string
	for _, root := range roots {
		base, glob := splitGlob(root)
		if _, err := path.Match(glob, ""); err != nil {
			return nil, nil, fmt.Errorf("roots: %q is not a glob: %w", root, err)
		}
		bases = append(bases, base)
		if glob != "" {
			narrowed = append(narrowed, base)
		}
	}
	whole := slices.DeleteFunc(slices.Clone(roots), isGlob)
	kept := bases[:0]
	for i, base := range bases {
		_, glob := splitGlob(roots[i])
		switch {
		case glob == "":
			kept = append(kept, base)
		case slices.ContainsFunc(whole, func(root string) bool { return isBelow(base, root) }):
		default:
			upper := slices.MinFunc(narrowed, func(a, b string) int { return ranked(base, a) - ranked(base, b) })
			if between := strings.Trim(strings.TrimPrefix(base, upper), "/"); between != "" {
				glob = escapeGlob(between) + "/" + glob
			}
			of[upper] = append(of[upper], glob)
			kept = append(kept, upper)
		}
	}
	return unique(kept), of, nil
}

// ranked is small for a directory that a base is below, the less the higher that is.
func ranked(base, dir string) int {
	if isBelow(base, dir) {
		return len(dir)
	}
	return len(base) + 1
}

// isBelow reports whether a directory is another one, or below it.
func isBelow(dir, other string) bool {
	return dir == other || strings.HasPrefix(dir, strings.TrimSuffix(other, "/")+"/")
}

// unique leaves out what was there before.
func unique(words []string) (out []string) {
	for _, w := range words {
		if !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	return out
}

// written are roots as they are in a config file, with their globs.
func (of globs) written(roots []string) (texts []string) {
	for _, root := range roots {
		if len(of[root]) == 0 {
			texts = append(texts, escapeGlob(root))
		}
		for _, glob := range of[root] {
			texts = append(texts, strings.TrimSuffix(escapeGlob(root), "/")+"/"+glob)
		}
	}
	return texts
}
