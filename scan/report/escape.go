package report

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Escape makes text from outside (a path, a pidfile, a command line) safe to print, and
// unambiguous. Printable characters and plain spaces stay. Everything else, and what is not UTF-8,
// becomes a Go escape such as \n, \x1b or \u202e, and a backslash becomes two.
//
// So these cannot reach the terminal: control characters, escape sequences, bidirectional
// overrides, which make a name read as another one, and characters of no width or of one that
// terminals disagree on.
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

// isPlain reports whether s is printable ASCII without a backslash, as most texts are.
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

// EscapeJSON replaces what is not printable in a JSON text by \u escapes, which mean the same.
// encoding/json does that only for the control characters of ASCII. It lets DEL, the C1 controls and
// bidirectional overrides through.
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

// ambiguous are printable characters to which terminals give different widths, and a blank that is no
// space.
var ambiguous = &unicode.RangeTable{
	R16: []unicode.Range16{
		{Lo: 0x1160, Hi: 0x11ff, Stride: 1}, // Hangul vowels and finals, which join the character before them
		{Lo: 0x2800, Hi: 0x2800, Stride: 1}, // the blank of Braille
		{Lo: 0xd7b0, Hi: 0xd7ff, Stride: 1}, // more of these
	},
	R32: []unicode.Range32{{Lo: 0x1f3fb, Hi: 0x1f3ff, Stride: 1}}, // skin tones
}
