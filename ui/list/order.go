package list

import (
	"cmp"
	"encoding/binary"
	"math"
	"slices"
	"strings"

	"lockscope/ui/show"
)

var columnWords = [show.ColumnCount]string{"state", "host", "directory", "pidfile", "holder", "command", "since"}

// Order is how the list is sorted: by severity, where a host that is lost comes before all directories, by path, by the number in PIDFILE or HOLDER, by
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
	row    *Row
}

// nothing is the number of a row that has nothing in the column.
const nothing = math.MaxUint64

// key is what a row is sorted by: a number and, of rows that are equal in that, a text.
func (o Order) key(r *Row) (number uint64, text string) {
	switch o.Column {
	case show.ColumnState:
		if !r.IsHost() {
			number = 1 + uint64(r.Class)
		}
	case show.ColumnHost:
		text = r.Report.Host
		number = beginning(text)
	case show.ColumnPidfile:
		number = orNothing(show.NamedPID(r.Report))
	case show.ColumnHolder:
		number = orNothing(show.HolderPID(r.Report))
	case show.ColumnCommand:
		text = show.Command(r.Report)
		number = beginning(text)
	case show.ColumnSince:
		number = nothing
		if since := r.Report.Since.At; !since.IsZero() {
			number = math.MaxInt64 - uint64(since.UnixNano())
		}
	}
	return number, text
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

// String is the order in words.
func (o Order) String() string {
	if o.Reverse {
		return "sorted by " + columnWords[o.Column] + ", reversed"
	}
	return "sorted by " + columnWords[o.Column]
}

// compare compares two rows.
func (o Order) compare(a, b *Row) int {
	m, s := o.key(a)
	n, t := o.key(b)
	c := cmp.Or(cmp.Compare(m, n), strings.Compare(s, t))
	if (m == nothing) != (n == nothing) {
		return c
	}
	if c == 0 {
		c = cmp.Or(strings.Compare(a.Report.Path, b.Report.Path), strings.Compare(a.Report.Host, b.Report.Host))
	}
	if o.Reverse {
		return -c
	}
	return c
}

// sort returns rows, which are in order of path, in this order.
func (o Order) sort(rows []*Row) []*Row {
	keys := make([]sortKey, len(rows))
	for i, r := range rows {
		number, text := o.key(r)
		keys[i] = sortKey{number, text, r}
	}
	keys = sortKeys(keys)
	if o.Column == show.ColumnCommand {
		sortTexts(keys)
	}
	sorted := make([]*Row, len(rows))
	for i := range keys {
		sorted[i] = keys[i].row
	}
	if o.Reverse {
		o.turn(sorted)
	}
	return sorted
}

// sortKeys sorts by the numbers, and leaves equals in their order. It goes from the lowest bits to the
// highest, which takes a quarter of the time of comparisons (a radix sort).
func sortKeys(keys []sortKey) []sortKey {
	const bits = 11 // at a time; the numbers of so many fit the processor's cache
	var differ uint64
	for _, k := range keys {
		differ |= k.number ^ keys[0].number
	}
	spare := make([]sortKey, len(keys))
	for shift := 0; shift < 64 && differ>>shift != 0; shift += bits {
		if differ>>shift&(1<<bits-1) == 0 {
			continue
		}
		var places [1<<bits + 1]int
		for _, k := range keys {
			places[k.number>>shift&(1<<bits-1)+1]++
		}
		for i := range 1 << bits {
			places[i+1] += places[i]
		}
		for _, k := range keys {
			at := &places[k.number>>shift&(1<<bits-1)]
			spare[*at] = k
			*at++
		}
		keys, spare = spare, keys
	}
	return keys
}

// sortTexts sorts by the texts what is equal in its number. Most of it is in that order: the commands of
// daemons end with their directories.
func sortTexts(keys []sortKey) {
	compare := func(a, b sortKey) int { return strings.Compare(a.text, b.text) }
	for from := 0; from < len(keys); {
		to := from + 1
		for to < len(keys) && keys[to].number == keys[from].number {
			to++
		}
		if equals := keys[from:to]; !slices.IsSortedFunc(equals, compare) {
			slices.SortStableFunc(equals, compare)
		}
		from = to
	}
}

// turn turns sorted rows the other way round. Those that have nothing in the column stay last.
func (o Order) turn(sorted []*Row) {
	some, _ := slices.BinarySearchFunc(sorted, true, func(r *Row, _ bool) int {
		if number, _ := o.key(r); number == nothing {
			return 0
		}
		return -1
	})
	slices.Reverse(sorted[:some])
	slices.Reverse(sorted[some:])
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
