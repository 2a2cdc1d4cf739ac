package report

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Escape makes text from outside (a path, a pidfile, a command line) safe to
// print and unambiguous: whatever is not a printable character, a plain space
// or valid UTF-8 is shown as a Go escape such as \n, \x1b or \u202e, and a backslash
// as two. That covers control characters, terminal escape sequences, the
// bidirectional overrides that make a name read as another, and what shows as nothing
// or changes the width of its neighbour, on which terminals disagree.
func Escape(s string) string {
	if isPlain(s) {
		return s
	}
	var b strings.Builder
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		switch {
		case r == '\\':
			b.WriteString(`\\`)
		case r == utf8.RuneError && n == 1:
			writeHex(&b, 'x', uint32(s[0]), 2)
		case !notPrintable(r):
			b.WriteString(s[:n])
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\r':
			b.WriteString(`\r`)
		case r < 0x80:
			writeHex(&b, 'x', uint32(r), 2)
		case r < 0x10000:
			writeHex(&b, 'u', uint32(r), 4)
		default:
			writeHex(&b, 'U', uint32(r), 8)
		}
		s = s[n:]
	}
	return b.String()
}

func isPlain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < 0x20 || c >= 0x7f || c == '\\' {
			return false
		}
	}
	return true
}

func writeHex(b *strings.Builder, letter byte, v uint32, digits int) {
	b.WriteByte('\\')
	b.WriteByte(letter)
	for shift := 4 * (digits - 1); shift >= 0; shift -= 4 {
		b.WriteByte("0123456789abcdef"[v>>shift&15])
	}
}

// EscapeJSON replaces what is not printable in a JSON text by \u escapes, which
// mean the same. encoding/json does so for the control characters of ASCII only,
// and would let DEL, C1 controls and bidirectional overrides through.
func EscapeJSON(text []byte) []byte {
	if bytes.IndexFunc(text, notPrintable) < 0 {
		return text
	}
	out := make([]byte, 0, len(text)+64)
	for len(text) > 0 {
		r, n := utf8.DecodeRune(text)
		switch {
		case !notPrintable(r):
			out = append(out, text[:n]...)
		case r < 0x10000:
			out = fmt.Appendf(out, `\u%04x`, r)
		default:
			hi, lo := utf16.EncodeRune(r)
			out = fmt.Appendf(out, `\u%04x\u%04x`, hi, lo)
		}
		text = text[n:]
	}
	return out
}

func notPrintable(r rune) bool {
	return !unicode.IsPrint(r) ||
		r > unicode.MaxLatin1 && unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector, ambiguous)
}

// ambiguous are characters that are no wider than nothing or as wide as two, as the
// terminal likes, and a blank that is no space.
var ambiguous = &unicode.RangeTable{
	R16: []unicode.Range16{
		{Lo: 0x1160, Hi: 0x11ff, Stride: 1}, // Hangul vowels and finals, which join what is before them
		{Lo: 0x2800, Hi: 0x2800, Stride: 1}, // the blank of Braille
		{Lo: 0xd7b0, Hi: 0xd7ff, Stride: 1}, // more of the former
	},
	R32: []unicode.Range32{{Lo: 0x1f3fb, Hi: 0x1f3ff, Stride: 1}}, // skin tones
}
