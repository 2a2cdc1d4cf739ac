package ui

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"lockscope/lock"
	"lockscope/scan"
)

// column is what the table can be sorted by.
type column uint8

const (
	byState column = iota // severity
	byPath
	byPidfile
	byHolder
	byCommand
	bySince
	columnCount
)

// order is how the table is sorted. Within equals it is by path.
type order struct {
	column  column
	reverse bool
}

func (o order) compare(a, b *row) int {
	c, last := o.compareKeys(a.Report, b.Report)
	if last {
		return c
	}
	if c == 0 {
		c = strings.Compare(a.Path, b.Path)
	}
	if o.reverse {
		return -c
	}
	return c
}

// compareKeys compares what the table is sorted by. last means that one of the
// two has nothing there: it comes last, whatever the direction.
func (o order) compareKeys(a, b *scan.Report) (c int, last bool) {
	switch o.column {
	case byState:
		return cmp.Compare(classOf(a), classOf(b)), false
	case byPidfile:
		return compareOr(namedPID(a), namedPID(b), cmp.Compare)
	case byHolder:
		return compareOr(holderPID(a), holderPID(b), cmp.Compare)
	case byCommand:
		return compareOr(command(a), command(b), strings.Compare)
	case bySince:
		return compareOr(a.Since(), b.Since(), func(x, y time.Time) int { return y.Compare(x) }) // the youngest first
	}
	return 0, false
}

func compareOr[T comparable](a, b T, compare func(T, T) int) (c int, last bool) {
	var none T
	if (a == none) != (b == none) {
		if a == none {
			return 1, true
		}
		return -1, true
	}
	return compare(a, b), false
}

func namedPID(r *scan.Report) int {
	if p := &r.Evidence.Pidfile; p.State == lock.PidfileNamed {
		return p.PID
	}
	return 0
}

func holderPID(r *scan.Report) int {
	if h := r.Evidence.Holders; len(h) > 0 {
		return h[0].PID
	}
	return 0
}

// command is the command line that a row shows: of its first holder, else of
// the process that the pidfile names. It is not escaped.
func command(r *scan.Report) string {
	if h := r.Evidence.Holders; len(h) > 0 {
		return h[0].Command
	}
	if o := r.Evidence.Owner; o != nil {
		return o.Command
	}
	return ""
}

// insert merges rows, which it sorts, into sorted.
func insert(sorted, rows []*row, o order) []*row {
	slices.SortFunc(rows, o.compare)
	if len(sorted) == 0 || len(rows) == 0 || o.compare(sorted[len(sorted)-1], rows[0]) < 0 {
		return append(sorted, rows...)
	}
	// From the back, so that every row moves at most once.
	end := len(sorted)
	sorted = append(sorted, rows...)
	for free := len(sorted); len(rows) > 0; {
		last := rows[len(rows)-1]
		at, _ := slices.BinarySearchFunc(sorted[:end], last, o.compare)
		free -= end - at
		copy(sorted[free:], sorted[at:end])
		end = at
		free--
		sorted[free] = last
		rows = rows[:len(rows)-1]
	}
	return sorted
}
