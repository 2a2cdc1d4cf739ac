package ui

import (
	"bufio"
	"bytes"
	"os"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"lockscope/scan/report"
	"lockscope/ui/list"
	"lockscope/ui/show"
)

// exportHeader is what both documents begin with.
type exportHeader struct {
	Host    string    `json:"host"`
	Written time.Time `json:"written"`
	Filter  string    `json:"filter,omitempty"`
	Dropped int       `json:"dropped,omitempty"` // older events that are kept no longer
}

// eventJSON is an entry of the log that is no hand-off and no error: these have the form that the ndjson
// stream gives them.
type eventJSON struct {
	Type      string    `json:"type"` // "dir" if it was found, "change", "gone", "break", or "host"
	Time      time.Time `json:"time"`
	Host      string    `json:"host,omitempty"`
	Path      string    `json:"path,omitempty"`
	PathBytes []byte    `json:"path_bytes,omitempty"`
	Connected *bool     `json:"connected,omitempty"` // of a host: whether it is back
	From      string    `json:"from,omitempty"`
	State     string    `json:"state,omitempty"`
	FromPID   int       `json:"from_pid,omitempty"`
	PID       int       `json:"pid,omitempty"`
	Outcome   string    `json:"outcome,omitempty"`
	Cause     string    `json:"cause,omitempty"`
}

// holderJSON is a process that holds locks, or that pidfiles name.
type holderJSON struct {
	Host        string         `json:"host,omitempty"`
	PID         int            `json:"pid"`
	State       string         `json:"state"`
	Command     string         `json:"command,omitempty"`
	User        string         `json:"user,omitempty"`
	Started     time.Time      `json:"started,omitzero"`
	Directories int            `json:"directories"`
	Holds       int            `json:"holds"`
	Handoffs    int            `json:"handoffs"`
	Worst       string         `json:"worst"`
	States      map[string]int `json:"states"`
}

// exportLog writes what is shown of the log, the newest first, and each event of a line by itself.
func (m *model) exportLog() tea.Cmd {
	e := &m.events
	var events []*list.Event
	for _, line := range slices.Backward(m.log.Lines()) {
		if e.problems && !line.Events[0].Problem() {
			continue
		}
		for _, event := range slices.Backward(line.Events) {
			if e.filter.Event(event) {
				events = append(events, event)
			}
		}
	}
	header, errs := m.exportHeader(e.line), m.scan.problems()
	header.Dropped = m.log.Dropped()
	return m.writeOut("log", show.Counted(len(events), "event", "events"), func(f *os.File) error {
		return writeDocument(f, header,
			array{"events", len(events), func(i int) []byte { return encodeEvent(events[i]) }},
			array{"errors", len(errs), func(i int) []byte { return report.Line{Error: &errs[i]}.Encode() }},
		)
	})
}

// exportHolders writes the holders as they are shown.
func (m *model) exportHolders() tea.Cmd {
	holders := make([]holderJSON, 0, m.holders.scroll.Len())
	for _, h := range m.holders.scroll.Items() {
		holders = append(holders, newHolderJSON(h))
	}
	header := m.exportHeader(m.holders.line)
	return m.writeOut("holders", show.Counted(len(holders), "holder", "holders"), func(f *os.File) error {
		return writeDocument(f, header, array{"holders", len(holders), func(i int) []byte { return report.EncodeJSON(holders[i]) }})
	})
}

func (m *model) exportHeader(line *filterLine) exportHeader {
	filter, _ := report.JSONText(line.text())
	return exportHeader{Host: m.opts.Host, Written: m.now().UTC().Truncate(time.Millisecond), Filter: filter}
}

// array is one of a document: its objects are encoded one by one.
type array struct {
	name   string
	length int
	encode func(i int) []byte
}

// writeDocument writes an object of a header's members and of arrays.
func writeDocument(f *os.File, header exportHeader, arrays ...array) error {
	out := bufio.NewWriter(f)
	out.Write(bytes.TrimSuffix(report.EncodeJSON(header), []byte("}")))
	for _, a := range arrays {
		out.WriteString(`,"` + a.name + `":[`)
		for i := range a.length {
			if i > 0 {
				out.WriteByte(',')
			}
			out.WriteByte('\n')
			out.Write(a.encode(i))
		}
		out.WriteByte(']')
	}
	out.WriteString("}\n")
	return out.Flush()
}

func encodeEvent(e *list.Event) []byte {
	if e.Handoff != nil {
		return report.Line{Handoff: e.Handoff}.Encode()
	}
	j := eventJSON{Type: "change", Time: e.At.UTC().Truncate(time.Millisecond), Cause: e.Cause}
	host, path := report.SplitKey(e.Path)
	j.Host = host
	j.Path, j.PathBytes = report.JSONText(path)
	switch {
	case e.Attempt != nil:
		j.Type, j.Outcome = "break", e.Attempt.Outcome.String()
		return report.EncodeJSON(j)
	case e.Holders():
		j.FromPID, j.PID = e.FromPID, e.ToPID
	case e.OfHost():
		connected := e.To == show.NoClass
		j.Type, j.Connected = "host", &connected
	case e.From == show.NoClass:
		j.Type = "dir"
	case e.To == show.NoClass:
		j.Type = "gone"
	}
	if e.From != show.NoClass {
		j.From = e.From.String()
	}
	if e.To != show.NoClass {
		j.State = e.To.String()
	}
	return report.EncodeJSON(j)
}

func newHolderJSON(h *list.Holder) holderJSON {
	j := holderJSON{
		Host: h.Host, PID: h.PID, State: h.State.String(), Directories: h.Directories, Holds: h.Holds,
		Handoffs: h.Handoffs, Worst: h.Worst.String(), States: map[string]int{},
	}
	if at := h.Started(); !at.IsZero() {
		j.Started = at.UTC().Truncate(time.Millisecond)
	}
	j.Command, _ = report.JSONText(h.Command())
	j.User, _ = report.JSONText(h.User())
	for c, n := range h.Counts {
		if n > 0 {
			j.States[show.Class(c).String()] = int(n)
		}
	}
	return j
}
