package list

import "lockscope/ui/show"

// measures are what there is to know of the paths of all directories that there ever were. Those that went
// count on: columns are not to move because of them.
type measures struct {
	count  int
	widths [maxWidth + 1]int32 // how many paths have a width in cells, those of maxWidth and more together
	tail   string              // what all paths end with: see show.Paths.CommonTail
	usual  string              // the last name of most paths, if there is one
	votes  int                 // for it
}

// add takes note of the path of a new directory.
func (ms *measures) add(path string, paths show.Paths) {
	ms.widths[min(paths.Width(path), maxWidth)]++
	if ms.count == 0 {
		ms.tail = paths.Tail(path)
	}
	ms.count++
	ms.tail = paths.CommonTail(ms.tail, path)
	// The majority vote of Boyer and Moore: what more than half of the names are, is left at the end.
	switch name := show.LastName(path); {
	case name == ms.usual:
		ms.votes++
	case ms.votes > 0:
		ms.votes--
	default:
		ms.usual, ms.votes = name, 1
	}
}

// within is the width that all paths but so many have at most.
func (ms *measures) within(others int) int {
	for width := maxWidth; width > 0; width-- {
		if others -= int(ms.widths[width]); others < 0 {
			return width
		}
	}
	return 0
}

// Widest is the width of the widest path, in cells. Of paths that are wider than any screen it is less.
func (l *List) Widest() int { return l.measures.within(0) }

// Typical is the width that suits nearly all paths: a few long names are to take no room from the rest.
func (l *List) Typical() int {
	if n := l.measures.count; n >= fewRows {
		return l.measures.within(max(n/longNames, 1))
	}
	return l.Widest()
}

// Tail is what the paths of all directories end with, of whole names, as in "/data". It is "" where that
// is nothing, or would leave nothing of a path.
func (l *List) Tail() string {
	if l.measures.count < fewRows {
		return ""
	}
	return l.measures.tail
}

// UsualName is what most paths end with, as it is; "" where there are not many.
func (l *List) UsualName() string {
	if ms := &l.measures; ms.count >= fewRows && ms.votes >= ms.count/2 {
		return ms.usual
	}
	return ""
}

// WidestGroup is the width of the widest name of a group, in cells.
func (l *List) WidestGroup() int { return l.groups.widest }
