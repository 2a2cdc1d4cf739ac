package ui

import (
	"bytes"
	"strconv"
	"strings"

	"lockscope/lock"
	"lockscope/scan"
)

// query says which directories the table shows: those of its classes that
// match every term.
type query struct {
	classes classes // none = all
	terms   []term
}

// term is one word of the filter.
type term struct {
	field   field
	not     bool    // the directories that do not match it
	text    string  // lower case, not empty
	classes classes // what the text of a state: term stands for
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
func parseClasses(list string) classes {
	var set classes
	for word := range strings.SplitSeq(list, ",") {
		if word == "" {
			continue
		}
		for c, name := range classWords {
			if strings.HasPrefix(name, word) {
				set |= only(class(c))
			}
		}
		if strings.HasPrefix("attention", word) {
			set |= problems
		}
		if strings.HasPrefix("healthy", word) {
			set |= everyClass &^ problems &^ only(checking)
		}
	}
	return set
}

// all reports whether the query shows every directory.
func (q *query) all() bool { return q.classes == 0 && len(q.terms) == 0 }

// matcher answers a query for many directories. It keeps a buffer between
// them, and so serves one goroutine.
type matcher struct {
	query
	text []byte
}

func (m *matcher) matches(r *scan.Report) bool {
	if m.classes != 0 && !m.classes.has(classOf(r)) {
		return false
	}
	m.text = m.text[:0]
	for i := range m.terms {
		if t := &m.terms[i]; m.matchesTerm(t, r) == t.not {
			return false
		}
	}
	return true
}

func (m *matcher) matchesTerm(t *term, r *scan.Report) bool {
	switch t.field {
	case inState:
		return t.classes.has(classOf(r))
	case inPID:
		return hasPID(r, t.text)
	case inPath:
		return contains(appendLower(nil, scan.Escape(r.Path)), t.text)
	case inCommand:
		return contains(appendCommands(nil, r), t.text)
	}
	if len(m.text) == 0 {
		m.text = appendText(m.text, r)
	}
	return contains(m.text, t.text)
}

func contains(text []byte, word string) bool { return bytes.Contains(text, []byte(word)) }

func hasPID(r *scan.Report, prefix string) bool {
	begins := func(pid int) bool {
		var digits [20]byte
		return bytes.HasPrefix(strconv.AppendInt(digits[:0], int64(pid), 10), []byte(prefix))
	}
	if p := &r.Evidence.Pidfile; p.State == lock.PidfileNamed && begins(p.PID) {
		return true
	}
	for i := range r.Evidence.Holders {
		if begins(r.Evidence.Holders[i].PID) {
			return true
		}
	}
	return false
}

// appendText appends everything that a word without a field looks through, in
// lower case, divided by newlines, which no word holds.
func appendText(dst []byte, r *scan.Report) []byte {
	dst = append(appendLower(dst, scan.Escape(r.Path)), '\n')
	dst = append(append(dst, classOf(r).String()...), '\n')
	if p := &r.Evidence.Pidfile; p.State == lock.PidfileNamed {
		dst = append(strconv.AppendInt(dst, int64(p.PID), 10), '\n')
	}
	for i := range r.Evidence.Holders {
		dst = append(strconv.AppendInt(dst, int64(r.Evidence.Holders[i].PID), 10), '\n')
	}
	return appendCommands(dst, r)
}

func appendCommands(dst []byte, r *scan.Report) []byte {
	if o := r.Evidence.Owner; o != nil {
		dst = append(appendLower(dst, scan.Escape(o.Command)), '\n')
	}
	for i := range r.Evidence.Holders {
		if p := r.Evidence.Holders[i].Process; p != r.Evidence.Owner {
			dst = append(appendLower(dst, scan.Escape(p.Command)), '\n')
		}
	}
	return dst
}

// appendLower appends s in lower case, without allocating where s is ASCII.
func appendLower(dst []byte, s string) []byte {
	start := len(dst)
	for i := range len(s) {
		c := s[i]
		if c >= 0x80 {
			return append(dst[:start], strings.ToLower(s)...)
		}
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		dst = append(dst, c)
	}
	return dst
}
