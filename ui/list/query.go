package list

import (
	"slices"
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

// narrows reports whether q shows nothing that other does not: where a word was begun or made longer.
func (q *query) narrows(other *query) bool {
	if other.all() || q.classes != other.classes || len(q.terms) < len(other.terms) {
		return false
	}
	for i := range other.terms {
		if !q.terms[i].narrows(&other.terms[i]) {
			return false
		}
	}
	return true
}

// ages reports whether what matches changes as time passes.
func (q *query) ages() bool {
	return slices.ContainsFunc(q.terms, func(t term) bool { return t.field == inAge })
}

// filter puts into dst, which may be the beginning of rows, those that match or are to be kept. It does so
// on all cores, each part of the rows into its own place.
func (q *query) filter(dst, rows []*Row, keep *Row, in *context) []*Row {
	if cap(dst) < len(rows) {
		dst = make([]*Row, len(rows))
	}
	dst = dst[:len(rows)]
	ends := make([]int, (len(rows)+filterPart-1)/filterPart) // of the matching ones, in each part
	var wg sync.WaitGroup
	for i := range ends {
		wg.Go(func() {
			end := i * filterPart
			for _, r := range rows[end:min(end+filterPart, len(rows))] {
				if r == keep || q.matches(r, in) {
					dst[end] = r
					end++
				}
			}
			ends[i] = end
		})
	}
	wg.Wait()
	n := 0
	for i, end := range ends {
		n += copy(dst[n:], dst[i*filterPart:end])
	}
	clear(dst[n:]) // rows that are gone are not to be kept by it
	return dst[:n]
}

// matches reports whether q shows the row.
func (q *query) matches(r *Row, in *context) bool {
	if q.classes != 0 && !q.classes.Has(r.Class) {
		return false
	}
	for i := range q.terms {
		if t := &q.terms[i]; t.matches(r, in) == t.not {
			return false
		}
	}
	return true
}
