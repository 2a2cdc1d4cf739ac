package list

import (
	"strings"

	"lockscope/ui/show"
)

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
// of a field and a colon. A word that is not complete yet asks for nothing. With ascii, names are
// shown in ASCII.
func parseTerms(text string, ascii bool) []term {
	var terms []term
	for _, word := range strings.Fields(strings.ToLower(text)) {
		t := term{ascii: ascii}
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

// Completions are what a filter could go on as, where its last word asks for a state.
func Completions(text string) []string {
	word := text[strings.LastIndexByte(text, ' ')+1:]
	field, states, ok := strings.Cut(word, ":")
	if !ok || fieldNames[strings.TrimPrefix(strings.ToLower(field), "!")] != inState {
		return nil
	}
	begun := states[strings.LastIndexByte(states, ',')+1:]
	if begun == "" {
		return nil
	}
	var names []string
	for _, c := range show.EveryClass.List() {
		names = append(names, c.String())
	}
	var out []string
	for _, name := range append(names, "attention", "healthy") {
		if strings.HasPrefix(name, strings.ToLower(begun)) {
			out = append(out, text+name[len(begun):])
		}
	}
	return out
}
