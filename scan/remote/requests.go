package remote

import (
	"bufio"
	"encoding/json"
	"io"
	"time"

	"lockscope/scan/report"
)

// Source is what watches directories. *scan.Monitor is one, and so is a Fleet.
type Source interface {
	// Observe asks to look at the directories of these keys afresh, or at all if none is given.
	Observe(keys ...string)
	// Walk asks to walk the roots again, and to look at everything.
	Walk()
	// SetInterval changes the time between two looks at what is polled; 0 = only on request.
	SetInterval(time.Duration)
}

// request is a line that the far side reads: one of the calls of a Source.
type request struct {
	Observe  [][]byte `json:"observe,omitempty"` // paths, in base64: they may not be UTF-8
	All      bool     `json:"all,omitempty"`
	Walk     bool     `json:"walk,omitempty"`
	Interval *float64 `json:"interval,omitempty"` // in seconds
}

// line is the request as a line. One that would be too long asks for everything instead.
func (q request) line() []byte {
	text, err := json.Marshal(q)
	if err != nil || len(text) >= report.MaxLine {
		text = []byte(`{"all":true}`)
	}
	return append(text, '\n')
}

// Serve hands the requests that it reads to a source, until the reader ends: then nobody listens any more. Lines
// that are no requests are skipped.
func Serve(r io.Reader, to Source) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, report.MaxLine+1)
	for lines.Scan() {
		var q request
		if err := json.Unmarshal(lines.Bytes(), &q); err != nil {
			continue
		}
		if q.Interval != nil && *q.Interval >= 0 && *q.Interval < maxInterval {
			to.SetInterval(time.Duration(*q.Interval * float64(time.Second)))
		}
		keys := make([]string, len(q.Observe))
		for i, path := range q.Observe {
			keys[i] = string(path)
		}
		switch {
		case q.Walk:
			to.Walk()
		case q.All:
			to.Observe()
		case len(keys) > 0:
			to.Observe(keys...)
		}
	}
	return lines.Err()
}
