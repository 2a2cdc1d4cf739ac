package ui

import (
	"runtime"
	"slices"
	"strings"
	"sync"

	"lockscope/ui/show"
)

// query says which directories the table shows: those of its classes that
// match every term.
type query struct {
	classes show.Classes // none = all
	terms   []term
}

// term is one word of the filter.
type term struct {
	field   field
	not     bool         // the directories that do not match it
	text    string       // lower case, not empty
	classes show.Classes // what the text of a state: term stands for
	ascii   bool         // names are shown in ASCII, and found so too
}

// field is where a term looks.
type field uint8

const (
	anywhere  field = iota // in the path, the state, the PIDs and the commands
	inPath                 // path:
	inState                // state: begins with it; several divided by commas; also attention, healthy
	inPID                  // pid: the pidfile's or a holder's begins with it
	inCommand              // cmd: of a holder or of the process that the pidfile names
)

var fieldNames = map[string]field{"path": inPath, "state": inState, "pid": inPID, "cmd": inCommand}

// parseTerms reads a filter as it is typed: words divided by white space, all
// of which must match; a word may begin with ! to exclude, and with the name
// of a field and a colon. A word that is not complete yet asks for nothing.
func parseTerms(text string) []term {
	var terms []term
	for _, word := range strings.Fields(strings.ToLower(text)) {
		var t term
		word, t.not = strings.CutPrefix(word, "!")
		if name, rest, ok := strings.Cut(word, ":"); ok && fieldNames[name] != anywhere {
			t.field, word = fieldNames[name], rest
		}
		if word == "" {
			continue
		}
		t.text = word
		if t.field == inState {
			t.classes = parseClasses(word)
		}
		terms = append(terms, t)
	}
	return terms
}

// parseClasses reads beginnings of state names divided by commas.
func parseClasses(list string) show.Classes {
	var set show.Classes
	for word := range strings.SplitSeq(list, ",") {
		if word == "" {
			continue
		}
		for _, c := range show.EveryClass.List() {
			if strings.HasPrefix(c.String(), word) {
				set |= show.Only(c)
			}
		}
		if strings.HasPrefix("attention", word) {
			set |= show.Problems
		}
		if strings.HasPrefix("healthy", word) {
			set |= show.EveryClass &^ show.Problems &^ show.Only(show.Checking)
		}
	}
	return set
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
func (q *query) filter(dst, rows []*row, keep *row) []*row {
	const least = 4096 // rows that are worth a goroutine
	parts := slices.Collect(slices.Chunk(rows, max(least, len(rows)/runtime.GOMAXPROCS(0)+1)))
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

func (q *query) matches(r *row) bool {
	if q.classes != 0 && !q.classes.Has(r.class) {
		return false
	}
	for i := range q.terms {
		if t := &q.terms[i]; t.matches(r) == t.not {
			return false
		}
	}
	return true
}

func (t *term) matches(r *row) bool {
	switch t.field {
	case inPath:
		return t.in(r.Path, r.lower)
	case inState:
		return t.classes.Has(r.class)
	case inPID:
		return t.inPIDs(r.Report)
	case inCommand:
		return t.inCommands(r)
	}
	return t.in(r.Path, r.lower) || strings.Contains(r.class.String(), t.text) || t.inPIDs(r.Report) || t.inCommands(r)
}
