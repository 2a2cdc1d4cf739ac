package ui

import (
	"cmp"
	"encoding/binary"
	"math"
	"slices"
	"strings"

	"lockscope/lock"
	"lockscope/scan/report"
)

// column is what the table can be sorted by.
type column uint8

const (
	byState column = iota // severity
	byPath
	byPidfile
	byHolder
	byCommand
	bySince // the youngest first
	columnCount
)

var columnWords = [columnCount]string{"state", "path", "pidfile", "holder", "command", "age"}

// order is how the table is sorted. Within equals it is by path. Rows that have
// nothing in the column come last in either direction.
type order struct {
	column  column
	reverse bool
}

// sortKey is what a row is sorted by, computed once: to fetch it from the
// report for each comparison takes ten times as long.
type sortKey struct {
	number uint64 // decides, unless equal
	text   string
	place  int // in order of path
	row    *row
}

// nothing is the number of a row that has nothing in the column.
const nothing = math.MaxUint64

func (o order) key(r *row) sortKey {
	k := sortKey{row: r}
	switch o.column {
	case byState:
		k.number = uint64(r.class)
	case byPidfile:
		k.number = orNothing(namedPID(r.Report))
	case byHolder:
		k.number = orNothing(holderPID(r.Report))
	case byCommand:
		k.text = command(r.Report)
		k.number = beginning(k.text)
	case bySince:
		k.number = nothing
		if since := r.Since(); !since.IsZero() {
			k.number = math.MaxInt64 - uint64(since.UnixNano())
		}
	}
	return k
}

func orNothing(pid int) uint64 {
	if pid == 0 {
		return nothing
	}
	return uint64(pid)
}

// beginning is the first eight bytes of a text as a number that sorts alike.
func beginning(text string) uint64 {
	if text == "" {
		return nothing
	}
	var b [8]byte
	copy(b[:], text)
	return binary.BigEndian.Uint64(b[:])
}

// compareKeys leaves equals in the order of their places.
func (o order) compareKeys(a, b sortKey) int {
	if (a.number == nothing) != (b.number == nothing) {
		return cmp.Compare(a.number, b.number)
	}
	c := cmp.Compare(a.number, b.number)
	if c == 0 && a.text != b.text {
		c = strings.Compare(a.text, b.text)
	}
	if c == 0 {
		c = a.place - b.place
	}
	if o.reverse {
		return -c
	}
	return c
}

func (o order) String() string {
	if o.reverse {
		return "sorted by " + columnWords[o.column] + ", reversed"
	}
	return "sorted by " + columnWords[o.column]
}

func (o order) compare(a, b *row) int {
	x, y := o.key(a), o.key(b)
	if x.number == y.number && x.text == y.text {
		x.place = strings.Compare(a.Path, b.Path)
	}
	return o.compareKeys(x, y)
}

// sort returns rows, which are in order of path, in this order.
func (o order) sort(rows []*row) []*row {
	keys := make([]sortKey, len(rows))
	for i, r := range rows {
		keys[i] = o.key(r)
		keys[i].place = i
	}
	slices.SortFunc(keys, o.compareKeys)
	sorted := make([]*row, len(rows))
	for i := range keys {
		sorted[i] = keys[i].row
	}
	return sorted
}

// insert merges rows, which it sorts, into sorted.
func (o order) insert(sorted, rows []*row) []*row {
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

func namedPID(r *report.Report) int {
	if p := &r.Evidence.Pidfile; p.State == lock.PidfileNamed {
		return p.PID
	}
	return 0
}

func holderPID(r *report.Report) int {
	if h := r.Evidence.Holders; len(h) > 0 {
		return h[0].Process.PID
	}
	return 0
}

// command is the command line that a row shows: its keeper's. It is not escaped.
func command(r *report.Report) string {
	if p := r.Keeper(); p != nil {
		return p.Command
	}
	return ""
}
