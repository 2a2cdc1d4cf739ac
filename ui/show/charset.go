package show

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"lockscope/scan/report"
)

// Charset is the characters that facts are written with.
type Charset struct {
	ASCII  bool               // show nothing else, in names too
	glyphs [ClassCount]string // before the word for a state
	Dash   string             // stands for nothing
	Dot    string             // between two facts on one line
	Mark   string             // stands for what was cut
	Arrow  string             // from one state to another

	AtLeast string // before a time that may have been longer
}

// NewCharset is for a screen: with ascii, for one that can show nothing else.
func NewCharset(ascii bool) Charset {
	if ascii {
		return Charset{
			ASCII:  true,
			glyphs: [ClassCount]string{"X", "X", "!", "!", "!", "~", "?", ":", ".", " "},
			Dash:   "-", Dot: "-", Mark: "...", Arrow: "->", AtLeast: ">=",
		}
	}
	return Charset{
		glyphs: [ClassCount]string{"✖", "✖", "!", "!", "!", "~", "?", "…", "·", " "},
		Dash:   "–", Dot: "·", Mark: "…", Arrow: "→", AtLeast: "≥",
	}
}

// Sign is the character that stands for a state where there is no room for its word. It is never blank.
func (c *Charset) Sign(of Class) string {
	if glyph := c.glyphs[of]; glyph != "" && glyph != " " {
		return glyph
	}
	return "-"
}

// Escape is a text from outside as it is shown.
func (c *Charset) Escape(text string) string { return c.Plain(report.Escape(text)) }

// Plain is a text that is escaped already as it is shown.
func (c *Charset) Plain(text string) string {
	if c.ASCII {
		return ASCIIOnly(text)
	}
	return text
}

// ASCIIOnly spells out what is not ASCII in a text that is escaped already, in the same way:
// é becomes \u00e9. A terminal of another character set takes the bytes of UTF-8 for other
// letters, or for control characters: 0x9b begins a sequence.
func ASCIIOnly(text string) string {
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

// Glyph is the word for a class with the character before it that stands for it.
func (c *Charset) Glyph(of Class) string { return c.glyphs[of] + " " + of.String() }
