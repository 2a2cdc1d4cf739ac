package list

import (
	"slices"
	"strings"
)

// Beside are the paths that a path could be taken for: those next to it in order of path, but for
// what is above or below it. Paths, which has the path at an index, are in order.
func Beside(paths []string, i int) (beside []string) {
	path := paths[i]
	for j := i - 1; j >= 0; j-- {
		if !strings.HasPrefix(path, paths[j]+"/") {
			beside = append(beside, paths[j])
			break
		}
	}
	// In order of bytes, path-1 is between path and path/below.
	below, _ := slices.BinarySearch(paths, path+"/")
	after, _ := slices.BinarySearch(paths, path+"0")
	for _, j := range []int{i + 1, after} {
		if j < len(paths) && (j < below || j >= after) {
			beside = append(beside, paths[j])
		}
	}
	return beside
}

// Keys are those of all directories, in order: see report.Report.
func (l *List) Keys() []string {
	keys := make([]string, len(l.all))
	for i, r := range l.all {
		keys[i] = r.Report.Key()
	}
	if !slices.IsSorted(keys) { // of several hosts
		slices.Sort(keys)
	}
	return keys
}
