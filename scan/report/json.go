package report

import (
	"bytes"
	"encoding/json"
	"time"
	"unicode/utf8"
)

// Line is one JSON object, as a line of the ndjson stream. One of Change, Handoff, Gone, Error, Summary, Hello
// and Heartbeat is set.
type Line struct {
	Change    *Change    // a directory: "dir" if it is New, else "change"; or a host that was lost
	Handoff   *Handoff   // of one
	Gone      string     // the key of what is no data directory any more, or of a host that is back
	Error     *PathError // what could not be read
	Summary   *Summary   // the result of a pass
	Hello     *Hello     // the first line of a watch
	Heartbeat *Heartbeat // a watch goes on
	Host      string     // where Summary is from
	Seen      bool       // a Change has what a break needs: see EncodeSeen
}

// Encode returns the line as JSON, without a newline, safe to print. Unknown facts are left out.
// Times are in UTC, to the millisecond.
func (l Line) Encode() []byte {
	switch {
	case l.Change != nil && l.Change.Report.IsHost():
		return EncodeJSON(newHostJSON(l.Change.Report))
	case l.Change != nil:
		return EncodeJSON(newDirJSON(l.Change, l.Seen))
	case l.Handoff != nil:
		return EncodeJSON(newHandoffJSON(l.Handoff))
	case l.Error != nil:
		return EncodeJSON(newErrorJSON(l.Error))
	case l.Summary != nil:
		return EncodeJSON(newSummaryJSON(l.Summary, l.Host))
	case l.Hello != nil:
		return EncodeJSON(newHelloJSON(l.Hello))
	case l.Heartbeat != nil:
		return EncodeJSON(newHeartbeatJSON(l.Heartbeat))
	}
	host, path := SplitKey(l.Gone)
	if path == "" {
		return EncodeJSON(hostJSON{Type: typeHost, Host: host, Connected: true})
	}
	return EncodeJSON(newGoneJSON(host, path))
}

// EncodeJSON returns v as JSON that is safe to print: see [EscapeJSON]. It panics if v cannot be
// encoded.
func EncodeJSON(v any) []byte {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false) // a path with & or < stays readable
	if err := enc.Encode(v); err != nil {
		panic(err)
	}
	return EscapeJSON(bytes.TrimSuffix(buf.Bytes(), []byte("\n")))
}

// JSONText returns s in a form that JSON can hold. JSON holds only UTF-8: where s is something
// else, text is s escaped for people, and raw has its bytes. Otherwise raw is nil.
func JSONText(s string) (text string, raw []byte) {
	if utf8.ValidString(s) {
		return s, nil
	}
	return Escape(s), []byte(s)
}

// The types of objects.
const (
	typeDir       = "dir"
	typeChange    = "change"
	typeHandoff   = "handoff"
	typeGone      = "gone"
	typeError     = "error"
	typeSummary   = "summary"
	typeHost      = "host"
	typeHello     = "hello"
	typeHeartbeat = "heartbeat"
	typeSeen      = "seen"
	typeBreak     = "break"
)

type goneJSON struct {
	Type      string `json:"type"`
	OnHost    string `json:"host,omitempty"`
	Path      string `json:"path"`
	PathBytes []byte `json:"path_bytes,omitempty"`
}

type errorJSON struct {
	goneJSON
	Error string `json:"error"`
	Root  bool   `json:"is_root,omitempty"`
}

type summaryJSON struct {
	Type     string         `json:"type"`
	Dirs     int            `json:"dirs"`
	States   map[string]int `json:"states"`
	Checking int            `json:"checking,omitempty"`
	Errors   int            `json:"errors"`
	Seconds  float64        `json:"seconds"`
	Watched  *watchedJSON   `json:"watched,omitempty"`
	Host     string         `json:"host"`
	Hosts    int            `json:"hosts,omitempty"`
	Lost     int            `json:"hosts_lost,omitempty"`
}

type watchedJSON struct {
	Dirs      int            `json:"dirs"`
	Passed    int            `json:"passed"`
	Processes int            `json:"processes"`
	Polled    map[string]int `json:"polled,omitempty"`
}

func newGoneJSON(host, path string) goneJSON {
	g := goneJSON{Type: typeGone, OnHost: host}
	g.Path, g.PathBytes = JSONText(path)
	return g
}

func newErrorJSON(err *PathError) errorJSON {
	e := errorJSON{goneJSON: newGoneJSON(err.Host, err.Path)}
	e.Type, e.Root = typeError, err.Root
	e.Error, _ = JSONText(err.Error())
	return e
}

// newSummaryJSON has every state, also those that no directory is in.
func newSummaryJSON(s *Summary, host string) summaryJSON {
	states := make(map[string]int, len(States))
	for _, state := range States {
		states[state.String()] = s.States[state]
	}
	seconds := float64(s.Duration.Milliseconds()) / 1000
	return summaryJSON{typeSummary, s.Dirs, states, s.Checking, s.Errors, seconds, newWatchedJSON(s.Watched), host, s.Hosts, s.Lost}
}

func newWatchedJSON(w *Watched) *watchedJSON {
	if w == nil {
		return nil
	}
	j := &watchedJSON{w.Dirs, w.Passed, w.Processes, map[string]int{}}
	for why, n := range w.Polled {
		j.Polled[why.String()] = n
	}
	return j
}

func jsonTime(t time.Time) time.Time {
	return t.UTC().Truncate(time.Millisecond)
}
