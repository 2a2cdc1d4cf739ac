package report

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestEscape(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"", ""},
		{"/srv/kv-1/tenant 7", "/srv/kv-1/tenant 7"},
		{"/srv/grün/日本語", "/srv/grün/日本語"},
		{`back\slash`, `back\\slash`},
		{`\n`, `\\n`},
		{"a\nb\tc\rd", `a\nb\tc\rd`},
		{"\x00\a\b\v\f\x7f", `\x00\x07\x08\x0b\x0c\x7f`},
		{"\x1b[2J\x1b]0;title\a", `\x1b[2J\x1b]0;title\x07`},
		{"\u009b31m", `\u009b31m`},           // the one-character form of ESC [
		{"\x9b31m", `\x9b31m`},               // and the byte alone
		{"\u202egnp.exe", `\u202egnp.exe`},   // right-to-left override
		{"\u2066x\u2069", `\u2066x\u2069`},   // isolates
		{"\u200f\u061c", `\u200f\u061c`},     // right-to-left and Arabic letter marks
		{"a\u200bb\ufeff", `a\u200bb\ufeff`}, // no width
		{"\u2028\u2029\u0085", `\u2028\u2029\u0085`},
		{"\u00a0\u3000", `\u00a0\u3000`},                      // spaces that are not the plain one
		{"\U000e0041", `\U000e0041`},                          // a tag
		{"\u3164\u115f\uffa0", `\u3164\u115f\uffa0`},          // letters that show as nothing
		{"\u2800\u034f", `\u2800\u034f`},                      // a blank that is no space, a joiner that is none
		{"\u2764\ufe0f", "\u2764" + `\ufe0f`},                 // makes a heart one cell wide or two, as the terminal likes
		{"\u1112\u1161\u11ab", "\u1112" + `\u1161\u11ab`},     // one syllable, in three letters
		{"\U0001f44d\U0001f3fd", "\U0001f44d" + `\U0001f3fd`}, // a thumb and its tone
		{"\xff\xfe", `\xff\xfe`},
		{"\xc3", `\xc3`},                 // the first half of a letter
		{"\xed\xa0\x80", `\xed\xa0\x80`}, // a surrogate
		{"\xc0\xaf", `\xc0\xaf`},         // an overlong slash
		{"\ufffd", "\ufffd"},             // the replacement character itself is no damage
		{strings.Repeat("x", 255) + "\n", strings.Repeat("x", 255) + `\n`},
	} {
		if got := Escape(tt.in); got != tt.want {
			t.Errorf("%q: %s, want %s", tt.in, got, tt.want)
		}
	}
}

// What comes out can be printed, and tells exactly what went in.
func FuzzEscape(f *testing.F) {
	for _, s := range []string{"", "plain", hostile, `\x1b`, `\\x1b`, "\\\x1b", "\u2028", "\U000e0041", "\xf0\x9f\x98", "é\x80"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		escaped := Escape(s)
		if i := strings.IndexFunc(escaped, unprintable); i >= 0 || !utf8.ValidString(escaped) {
			t.Errorf("%q gives %q", s, escaped)
		}
		if back := unescape(t, escaped); back != s {
			t.Errorf("%q gives %s, which reads as %q", s, escaped, back)
		}
	})
}

// unescape undoes Escape. That it can be undone is what makes it unambiguous.
func unescape(t *testing.T, s string) string {
	var b strings.Builder
	for len(s) > 0 {
		if s[0] != '\\' {
			b.WriteByte(s[0])
			s = s[1:]
			continue
		}
		if len(s) < 2 {
			t.Fatalf("a lone backslash ends %q", s)
		}
		letter := s[1]
		s = s[2:]
		if plain := strings.IndexByte(`\ntr`, letter); plain >= 0 {
			b.WriteByte("\\\n\t\r"[plain])
			continue
		}
		digits := map[byte]int{'x': 2, 'u': 4, 'U': 8}[letter]
		if digits == 0 || len(s) < digits {
			t.Fatalf("no escape: \\%c%s", letter, s)
		}
		v := 0
		for _, c := range s[:digits] {
			v = v<<4 | strings.IndexRune("0123456789abcdef", c)
		}
		if s = s[digits:]; letter == 'x' {
			b.WriteByte(byte(v))
		} else {
			b.WriteRune(rune(v))
		}
	}
	return b.String()
}
