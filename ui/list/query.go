package list

import (
	"runtime"
	"slices"
	"strings"
	"sync"

	"lockscope/ui/show"
)

// query says which directories are shown: those of its classes that match every term.
type query struct {
	classes show.Classes // none = all
	terms   []term
}

// all reports whether the query shows every directory.
func (q *query) all() bool { return q.classes == 0 && len(q.terms) == 0 }

// narrows reports whether q shows nothing that other does not: where a word
// was begun or made longer.
func (q *query) narrows(other *query) bool {
	n := len(other.terms)
	if other.all() || q.classes != other.classes || len(q.terms) < n || n > 0 && !slices.Equal(q.terms[:n-1], other.terms[:n-1]) {
		return false
	}
	if n == 0 {
		return true
	}
	now, before := q.terms[n-1], other.terms[n-1]
	return now == before || now.field == before.field && now.field != inState && !now.not && !before.not &&
		strings.HasPrefix(now.text, before.text)
}

// filter appends to dst, which may be the beginning of rows, those that match or
// are to be kept. It does so on all cores: what a filter reads lies all over the memory.
func (q *query) filter(dst, rows []*Row, keep *Row) []*Row {
	parts := slices.Collect(slices.Chunk(rows, max(minFilterPart, len(rows)/runtime.GOMAXPROCS(0)+1)))
	var wg sync.WaitGroup
	for i, part := range parts {
		wg.Go(func() {
			matching := part[:0:0]
			for _, r := range part {
				if r == keep || q.matches(r) {
					matching = append(matching, r)
				}
			}
			parts[i] = matching
		})
	}
	wg.Wait()
	for _, matching := range parts {
		dst = append(dst, matching...)
	}
	return dst
}

// matches reports whether q shows the row.
func (q *query) matches(r *Row) bool {
	if q.classes != 0 && !q.classes.Has(r.Class) {
		return false
	}
	for i := range q.terms {
		if t := &q.terms[i]; t.matches(r) == t.not {
			return false
		}
	}
	return true
}
