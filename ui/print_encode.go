package ui

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// jsonWriter writes JSON that is safe to look at on a terminal. The stream's
// error shows at its Flush.
type jsonWriter struct {
	out *bufio.Writer
}

func (e jsonWriter) raw(s string) { e.out.WriteString(s) }

// separate comes before the i'th element of an array and puts it on a line of its own.
func (e jsonWriter) separate(i int) {
	if i > 0 {
		e.raw(",")
	}
	e.raw("\n")
}

// line writes v and ends the line.
func (e jsonWriter) line(v any) {
	e.value(v)
	e.raw("\n")
}

// value writes v, which is one of this package's own types and encodes without error.
func (e jsonWriter) value(v any) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false) // a path with & or < stays readable
	if err := enc.Encode(v); err != nil {
		panic(err)
	}
	e.out.Write(escapeJSON(bytes.TrimSuffix(buf.Bytes(), []byte("\n"))))
}

// escapeJSON replaces what is not printable in a JSON text by \u escapes, which
// mean the same. encoding/json does so for the control characters of ASCII only,
// and would let DEL, C1 controls and bidirectional overrides through.
func escapeJSON(text []byte) []byte {
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

func notPrintable(r rune) bool { return !unicode.IsPrint(r) }
