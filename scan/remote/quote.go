package remote

import (
	"fmt"
	"strings"
	"unicode"
)

// quote returns a word so that the login shell of another host takes it for that word and nothing else, be it
// sh, bash, zsh, csh or fish. In single quotes these differ in what they make of a backslash, of a quote and,
// csh, of an exclamation mark. So these stand outside, after a backslash.
func quote(word string) string {
	if word != "" && !strings.ContainsFunc(word, special) {
		return word
	}
	var b strings.Builder
	open := false
	within := func(in bool) {
		if in != open {
			b.WriteByte('\'')
			open = in
		}
	}
	for i := range len(word) {
		c := word[i]
		if c == '\'' || c == '\\' || c == '!' {
			within(false)
			b.WriteByte('\\')
		} else {
			within(true)
		}
		b.WriteByte(c)
	}
	within(false)
	if b.Len() == 0 {
		return "''"
	}
	return b.String()
}

// special is for all but what every shell takes as it is.
func special(r rune) bool { return notInName(r) && !strings.ContainsRune("/:,@", r) }

// quoteAll returns words as one command line.
func quoteAll(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = quote(w)
	}
	return strings.Join(quoted, " ")
}

// checkWords returns an error if a word cannot be sent to the shell of another host: a line feed ends a
// command in csh even in quotes, and nobody has named a directory so by intention.
func checkWords(words []string) error {
	for _, w := range words {
		if strings.ContainsFunc(w, unicode.IsControl) {
			return fmt.Errorf("%q has a control character, and cannot be sent to another host", w)
		}
	}
	return nil
}
