package ui

import (
	"bufio"
	"bytes"
	"encoding/json"

	"lockscope/scan/report"
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
	e.out.Write(report.EscapeJSON(bytes.TrimSuffix(buf.Bytes(), []byte("\n"))))
}
