package list

import (
	"strconv"
	"strings"
	"time"

	"lockscope/scan/report"
	"lockscope/ui/show"
)

// parseTerms reads a filter as it is typed. What is not complete yet asks for nothing. Nor does what cannot
// be meant, such as a field that does not exist: the problem says what is wrong with the first such word.
func parseTerms(text string, of fields) (terms []term, problem string) {
	for _, word := range strings.Fields(text) {
		t, wrong := parseTerm(word, of)
		switch {
		case wrong != "" && problem == "":
			problem = wrong
		case wrong == "" && len(t.any) > 0:
			terms = append(terms, t)
		}
	}
	return terms, problem
}

// parseTerm reads one word. Of one that is not complete there are no alternatives.
func parseTerm(word string, of fields) (t term, problem string) {
	t.word = word
	word, t.not = strings.CutPrefix(word, "!")
	if name, rest, ok := strings.Cut(word, ":"); ok && isName(name) {
		if t.field = fieldOf(name); t.field == anywhere || !of.has(t.field) {
			return t, "no field " + name + ": " + of.String()
		}
		word = rest
	}
	if expression, ok := strings.CutPrefix(word, "~"); ok && t.field.hasText() {
		p, problem := parsePattern(expression)
		if p != nil {
			t.any = []alt{{pattern: p}}
		}
		return t, problem
	}
	divides := "|"
	if t.field != anywhere && t.field != inPath && t.field != inCommand { // these may have commas in them
		divides = "|,"
	}
	for part := range strings.FieldsFuncSeq(strings.ToLower(word), func(r rune) bool { return strings.ContainsRune(divides, r) }) {
		a, problem := parseAlt(t.field, part)
		if problem != "" {
			return t, problem
		}
		if a != (alt{}) {
			t.any = append(t.any, a)
		}
	}
	return t, ""
}

// isName reports whether a word could be the name of a field: what has a colon behind something else, such
// as an address, is text.
func isName(word string) bool {
	return word != "" && strings.Trim(strings.ToLower(word), "abcdefghijklmnopqrstuvwxyz") == ""
}

func fieldOf(name string) field {
	for f := anywhere + 1; f < fieldCount; f++ {
		if strings.EqualFold(name, fieldNames[f]) {
			return f
		}
	}
	return anywhere
}

// parseAlt reads one of the texts of a term. The zero alt is one that is not complete yet.
func parseAlt(f field, text string) (a alt, problem string) {
	switch f {
	case inState:
		if a.classes = parseClass(text); a.classes == 0 {
			return a, "no state " + text + ": " + strings.Join(stateWords(), ", ")
		}
	case inReason:
		if a.reasons = parseReason(text); a.reasons == 0 {
			return a, "no reason " + text + ": " + strings.Join(reasonWords(), ", ")
		}
	case inPID:
		pid, err := strconv.ParseInt(text, 10, 32)
		if err != nil || pid <= 0 {
			return a, "no PID: " + text
		}
		a.pid = int(pid)
	case inAge:
		return parseAge(text)
	default:
		a.text = text
	}
	return a, ""
}

// parseAge reads an age: <10m or >2h.
func parseAge(text string) (a alt, problem string) {
	rest, older := strings.CutPrefix(text, ">")
	rest, younger := strings.CutPrefix(rest, "<")
	if older == younger {
		return a, "no age " + text + ": age:<10m or age:>2h"
	}
	digits := strings.TrimRight(rest, "smhd")
	n, err := strconv.ParseUint(digits, 10, 16)
	unit := map[string]time.Duration{"s": time.Second, "m": time.Minute, "h": time.Hour, "d": 24 * time.Hour}[rest[len(digits):]]
	switch {
	case rest == "" || err == nil && digits == rest: // the unit is still to be typed
		return a, ""
	case err != nil || unit == 0:
		return a, "no age " + text + ": age:<10m or age:>2h, in s, m, h or d"
	}
	return alt{age: time.Duration(n) * unit, older: older}, ""
}

// parseClass reads the beginning of a state.
func parseClass(word string) (set show.Classes) {
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
	return set
}

// parseReason reads the beginning of a reason's code.
func parseReason(word string) (set report.Reasons) {
	for _, r := range report.AllReasons.List() {
		if strings.HasPrefix(r.String(), word) {
			set = set.With(r)
		}
	}
	return set
}

// stateWords are what can be said after state:.
func stateWords() []string {
	var words []string
	for _, c := range show.EveryClass.List() {
		words = append(words, c.String())
	}
	return append(words, "attention", "healthy")
}

// reasonWords are what can be said after reason:.
func reasonWords() []string {
	var words []string
	for _, r := range report.AllReasons.List() {
		words = append(words, r.String())
	}
	return words
}

// Completions are what a filter could go on as, where its last word asks for a state or a reason.
func Completions(text string) []string {
	word := text[strings.LastIndexByte(text, ' ')+1:]
	name, values, ok := strings.Cut(strings.TrimPrefix(word, "!"), ":")
	var words []string
	switch f := fieldOf(name); {
	case ok && f == inState:
		words = stateWords()
	case ok && f == inReason:
		words = reasonWords()
	}
	begun := values[strings.LastIndexAny(values, ",|")+1:]
	if begun == "" {
		return nil
	}
	var out []string
	for _, word := range words {
		if strings.HasPrefix(word, strings.ToLower(begun)) {
			out = append(out, text+word[len(begun):])
		}
	}
	return out
}
