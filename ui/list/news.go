package list

import (
	"slices"
	"time"

	"lockscope/ui/show"
)

// News is the problems that came up and were not followed nor dismissed yet.
type News struct {
	Counts      [show.ClassCount]int // of directories, by what they are now, as it is shown
	Lost        int                  // hosts
	First, Last time.Time            // when they came up
}

// Len is how many problems are new.
func (n *News) Len() (problems int) {
	problems = n.Lost
	for _, count := range n.Counts[:show.Checking] {
		problems += count
	}
	return problems
}

// count adds a number to how many there are of what a row is.
func (n *News) count(r *Row, by int) {
	if r.IsHost() {
		n.Lost += by
	} else {
		n.Counts[r.Class] += by
	}
}

// News is what came up since it was last forgotten. What is no problem any more does not count.
func (l *List) News() *News { return &l.news }

// AddNews takes note of problems that came up: of directories that were none, or that are worse than
// before. It returns how many of the events are such.
func (l *List) AddNews(at time.Time, events []*Event) (problems int) {
	for _, e := range events {
		r := l.byKey[e.Path]
		if r == nil || !e.To.Problem() || e.From.Problem() && e.To >= e.From {
			continue
		}
		problems++
		if l.news.Len() == 0 && !l.newsWaits {
			l.news.First = at
		}
		l.news.Last, l.newsWaits = at, true
		if !r.isNew {
			r.isNew = true
			if r.Report != nil {
				l.news.count(r, +1)
			}
		}
	}
	return problems
}

// ForgetNews is for when the user has seen what came up.
func (l *List) ForgetNews() {
	if l.news.Len() == 0 && !l.newsWaits {
		return
	}
	for _, r := range l.byKey {
		r.isNew = false
	}
	l.news, l.newsWaits = News{}, false
}

// MoveToNews puts the cursor on the first problem that is new, in a group that it unfolds if need be. It
// reports whether that is shown.
func (l *List) MoveToNews() bool {
	isNew := func(r *Row) bool { return r.isNew && r.Class.Problem() }
	for i, r := range l.shown {
		if r.Group != nil && r.Group.Folded && slices.ContainsFunc(r.Group.rows, isNew) {
			l.MoveTo(i)
			l.Fold(false)
			return l.MoveToNews()
		}
		if isNew(r) {
			l.MoveTo(i)
			return true
		}
	}
	return false
}
