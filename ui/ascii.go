package ui

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"lockscope/scan/report"
)

// asciiOnly spells out what is not ASCII in a text that is escaped already, in the
// same way: é becomes \u00e9. On a terminal of another character set the bytes of
// UTF-8 are other letters, or control characters: 0x9b begins a sequence.
func asciiOnly(text string) string {
	at := strings.IndexFunc(text, func(r rune) bool { return r >= utf8.RuneSelf })
	if at < 0 {
		return text
	}
	var b strings.Builder
	b.WriteString(text[:at])
	for text = text[at:]; len(text) > 0; {
		r, n := utf8.DecodeRuneInString(text)
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02x`, text[0])
		case r < utf8.RuneSelf:
			b.WriteByte(text[0])
		case r < 0x10000:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
		text = text[n:]
	}
	return b.String()
}

// plain is a text that is escaped already, as this terminal can show it.
func (t *theme) plain(text string) string {
	if t.ascii {
		return asciiOnly(text)
	}
	return text
}

// escape is a text from outside as this terminal can show it.
func (t *theme) escape(text string) string { return t.plain(report.Escape(text)) }
