package list

import (
	"cmp"
	"encoding/binary"
	"math"
	"slices"
	"strings"

	"lockscope/ui/show"
)

var columnWords = [show.ColumnCount]string{"state", "path", "pidfile", "holder", "command", "age"}

// Order is how the list is sorted: by severity, by path, by the number in PIDFILE or HOLDER, by
// COMMAND, or by SINCE, the youngest first. Within equals it is by path. Rows that have nothing in
// the column come last in either direction.
type Order struct {
	Column  show.Column
	Reverse bool
}

// sortKey is what a row is sorted by. It is fetched once: to fetch it from the report for each
// comparison takes ten times as long.
type sortKey struct {
	number uint64 // decides, unless equal
	text   string
	place  int // of the row in order of path
	row    *Row
}

// nothing is the number of a row that has nothing in the column.
const nothing = math.MaxUint64

// key is what a row is sorted by.
func (o Order) key(r *Row) sortKey {
	k := sortKey{row: r}
	switch o.Column {
	case show.ColumnState:
		k.number = uint64(r.Class)
	case show.ColumnPidfile:
		k.number = orNothing(show.NamedPID(r.Report))
	case show.ColumnHolder:
		k.number = orNothing(show.HolderPID(r.Report))
	case show.ColumnCommand:
		k.text = show.Command(r.Report)
		k.number = beginning(k.text)
	case show.ColumnSince:
		k.number = nothing
		if since := r.Report.Since.At; !since.IsZero() {
			k.number = math.MaxInt64 - uint64(since.UnixNano())
		}
	}
	return k
}

// orNothing is the number of a PID, where 0 stands for none.
func orNothing(pid int) uint64 {
	if pid == 0 {
		return nothing
	}
	return uint64(pid)
}

// beginning is the first eight bytes of a text, as a number that sorts as they do.
func beginning(text string) uint64 {
	if text == "" {
		return nothing
	}
	var b [8]byte
	copy(b[:], text)
	return binary.BigEndian.Uint64(b[:])
}

// compareKeys compares two rows by their keys. Equals are in the order of their places.
func (o Order) compareKeys(a, b sortKey) int {
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
	if o.Reverse {
		return -c
	}
	return c
}

// String is the order in words.
func (o Order) String() string {
	if o.Reverse {
		return "sorted by " + columnWords[o.Column] + ", reversed"
	}
	return "sorted by " + columnWords[o.Column]
}

// compare compares two rows that may be anywhere.
func (o Order) compare(a, b *Row) int {
	x, y := o.key(a), o.key(b)
	if x.number == y.number && x.text == y.text {
		x.place = strings.Compare(a.Report.Path, b.Report.Path)
	}
	return o.compareKeys(x, y)
}

// sort returns rows, which are in order of path, in this order.
func (o Order) sort(rows []*Row) []*Row {
	keys := make([]sortKey, len(rows))
	for i, r := range rows {
		keys[i] = o.key(r)
		keys[i].place = i
	}
	slices.SortFunc(keys, o.compareKeys)
	sorted := make([]*Row, len(rows))
	for i := range keys {
		sorted[i] = keys[i].row
	}
	return sorted
}

// insert merges rows, which it sorts, into sorted.
func (o Order) insert(sorted, rows []*Row) []*Row {
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
