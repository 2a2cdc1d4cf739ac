package list

import (
	"strings"

	"lockscope/ui/show"
)

// term is one word of the filter.
type term struct {
	field   field
	not     bool         // it is for the directories that do not match the rest
	text    string       // lower case, not empty
	classes show.Classes // what the text stands for after state:
	ascii   bool         // names are shown in ASCII, and are found as they are shown, too
}

// field is where a term looks.
type field uint8

const (
	anywhere  field = iota // in the path, the state, the PIDs and the commands
	inPath                 // path:
	inState                // state: the beginning of one or, divided by commas, of several; also attention, healthy
	inPID                  // pid: the beginning of the pidfile's, or of a holder's
	inCommand              // cmd: of a holder, or of the process that the pidfile names
)

var fieldNames = map[string]field{"path": inPath, "state": inState, "pid": inPID, "cmd": inCommand}

// parseTerms reads a filter as it is typed: see SetFilter. With ascii, names are shown in ASCII.
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

// parseClasses reads the beginnings of states, divided by commas.
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
