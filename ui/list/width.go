package list

import "lockscope/ui/show"

// widths counts paths by their width in cells, those of the last width and more together.
type widths [maxWidth + 1]int32

func (w *widths) add(width, n int) { w[min(width, maxWidth)] += int32(n) }

// within is the width that all paths but so many have at most.
func (w *widths) within(others int) int {
	for width := maxWidth; width > 0; width-- {
		if others -= int(w[width]); others < 0 {
			return width
		}
	}
	return 0
}

// Widest is the width of the widest path, in cells. Of paths that are wider than any screen it is less.
func (l *List) Widest() int { return l.widths.within(0) }

// Typical is the width that suits nearly all paths: a few long names are to take no room from the rest.
func (l *List) Typical() int {
	if n := len(l.sorted); n >= fewRows {
		return l.widths.within(max(n/longNames, 1))
	}
	return l.Widest()
}

// WidestGroup is the width of the widest name of a group, in cells.
func (l *List) WidestGroup() int { return l.groups.widest }

// Tail is what the paths of all directories end with, of whole names, as in "/data". It is "" where that
// is nothing, or would leave nothing of a path.
func (l *List) Tail() string {
	if len(l.sorted) < fewRows {
		return ""
	}
	return l.tail
}

// UsualName is what most paths end with, as it is; "" where there are not many.
func (l *List) UsualName() string {
	if len(l.sorted) < fewRows || l.votes < len(l.sorted)/2 {
		return ""
	}
	return l.usual
}

// measure takes note of the path of a new directory.
func (l *List) measure(path string) {
	l.widths.add(l.paths.Width(path), 1)
	if !l.measured {
		l.tail, l.measured = l.paths.Tail(path), true
	}
	l.tail = l.paths.CommonTail(l.tail, path)
	// The majority vote of Boyer and Moore: what more than half of the names are, is left at the end.
	switch name := show.LastName(path); {
	case name == l.usual:
		l.votes++
	case l.votes > 0:
		l.votes--
	default:
		l.usual, l.votes = name, 1
	}
}
