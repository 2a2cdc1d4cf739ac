package show

import "testing"

func TestASCIIOnly(t *testing.T) {
	for text, want := range map[string]string{
		"plain /a\\\\b":   "plain /a\\\\b",
		"ś2J":             `\u015b2J`,
		"日本/é":            `\u65e5\u672c/\u00e9`,
		"👍":               `\U0001f44d`,
		"half\xc5":        `half\xc5`, // as where a write ends in the middle
		"\x1b[1mé\x1b[0m": "\x1b[1m\\u00e9\x1b[0m",
	} {
		if got := ASCIIOnly(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}
