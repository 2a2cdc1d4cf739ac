package show

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"lockscope/lock"
	"lockscope/scan/report"
)

// Column is one of a table's columns. They are in the order in which a line has them.
type Column uint8

const (
	ColumnState Column = iota
	ColumnHost         // shown where several are watched
	ColumnDirectory
	ColumnPidfile
	ColumnHolder
	ColumnCommand
	ColumnSince
	ColumnCount
)

var columnHeads = [ColumnCount]string{"STATE", "HOST", "DIRECTORY", "PIDFILE", "HOLDER", "COMMAND", "SINCE"}

// String is the column's head.
func (c Column) String() string { return columnHeads[c] }

// ParseColumn reads the head of a column, in any case.
func ParseColumn(text string) (Column, error) {
	var valid []string
	for c, head := range columnHeads {
		if strings.EqualFold(text, head) {
			return Column(c), nil
		}
		valid = append(valid, strings.ToLower(head))
	}
	return 0, fmt.Errorf("unknown column %q (valid: %s)", text, strings.Join(valid, ", "))
}

// Columns is a set of columns.
type Columns uint8

// Has reports whether c is in the set.
func (cs Columns) Has(c Column) bool { return cs&(1<<c) != 0 }

// Toggle is the set with c, if it was without, or without it.
func (cs Columns) Toggle(c Column) Columns { return cs ^ 1<<c }

// Cell is a text, escaped, and the part it plays.
type Cell struct {
	Text string
	Role Role
}

// Cells are a directory's row, neither cut nor filled.
type Cells [ColumnCount]Cell

// RowStyle is how the rows of a table are written.
type RowStyle struct {
	Chars   Charset
	Path    func(*report.Report) string // for DIRECTORY, escaped
	Narrow  bool                        // PIDFILE and HOLDER have no room for more than a number or two, or a short word; COMMAND none for the directory again
	Command int                         // cells that COMMAND can have; what is surely cut of a long one is not laid out
}

// Row is the row of a directory, with its ages as of now.
func (s *RowStyle) Row(r *report.Report, now time.Time) Cells {
	c := ClassOf(r)
	text := Command(r)
	text = text[:min(len(text), maxCellBytes*s.Command+len(r.Path))]
	if s.Narrow {
		text = WithoutPath(text, r.Path, r.Root, s.Chars.Mark)
	}
	text = text[:min(len(text), maxCellBytes*s.Command)]
	row := Cells{
		ColumnState:   {StateWord(r), c.Role()},
		ColumnHost:    {Text: s.Chars.Escape(r.Host)},
		ColumnPidfile: {Text: s.pidfile(&r.Evidence.Pidfile)},
		ColumnHolder:  {Text: s.holders(&r.Evidence)},
		ColumnCommand: {Text: s.Chars.Escape(text)},
		ColumnSince:   {Text: s.since(r.Since, now)},
	}
	if r.IsHost() {
		row[ColumnDirectory].Text = "(" + r.HostFate() + ")"
		row[ColumnPidfile].Text, row[ColumnHolder].Text = s.Chars.Dash, s.Chars.Dash
	} else {
		row[ColumnDirectory].Text = s.Path(r)
	}
	if glyph := s.Chars.glyphs[c]; glyph != "" {
		row[ColumnState].Text = glyph + " " + row[ColumnState].Text
	}
	if !c.Problem() {
		for i := ColumnPidfile; i < ColumnCount; i++ {
			row[i].Role = Dim
		}
	}
	return row
}

// since is how long a state has lasted. One that was first seen a moment ago may be of any age.
func (s *RowStyle) since(t report.Since, now time.Time) string {
	age := now.Sub(t.At)
	switch {
	case t.At.IsZero() || t.AtLeast && age < time.Second:
		return s.Chars.Dash
	case t.AtLeast:
		return s.Chars.AtLeast + Age(age)
	}
	return Age(age)
}

// narrowWords are short words for pidfiles that name nobody.
var narrowWords = map[lock.PidfileState]string{
	lock.PidfileMalformed: "garbled", lock.PidfileNotRegular: "no file", lock.PidfileUnreadable: "?",
}

// pidfile is the PID that the pidfile names, or else a word for it.
func (s *RowStyle) pidfile(p *lock.Pidfile) string {
	word, short := narrowWords[p.State]
	switch {
	case p.State == lock.PidfileNamed:
		return strconv.Itoa(p.PID)
	case p.State == lock.PidfileMissing:
		return s.Chars.Dash
	case s.Narrow && short:
		return word
	case p.State == lock.PidfileUnreadable && p.Err == nil:
		return "?" // nobody came to look at it
	}
	return p.State.String()
}

// holders lists who holds the lock, by PID, or says how many more there are.
func (s *RowStyle) holders(e *report.Evidence) string {
	var pids []string
	last, n := 0, 0
	for i := range e.Holders { // in order of PID, once for each descriptor
		if pid := e.Holders[i].Process.PID; n == 0 || pid != last {
			if n++; n <= maxListedHolders {
				pids = append(pids, strconv.Itoa(pid))
			}
			last = pid
		}
	}
	switch {
	case n == 0 && (e.Lock.State == lock.LockHeld || s.Narrow && e.Lock.State == lock.LockUnknown):
		return "?" // not seen
	case n == 0:
		return s.Chars.Dash
	case !s.Narrow && n > maxListedHolders:
		return strings.Join(pids, ",") + ",+" + strconv.Itoa(n-maxListedHolders)
	case !s.Narrow || n == 1:
		return strings.Join(pids, ",")
	}
	if two := pids[0] + "," + pids[1]; n == 2 && len(two) <= NarrowHolderWidth {
		return two
	}
	return pids[0] + " +" + strconv.Itoa(n-1)
}
