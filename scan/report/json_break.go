package report

import (
	"encoding/json"
	"fmt"
)

// breakJSON is what became of an attempt to break a stale lock.
type breakJSON struct {
	Type      string   `json:"type"`
	Host      string   `json:"host,omitempty"`
	Path      string   `json:"path"`
	PathBytes []byte   `json:"path_bytes,omitempty"`
	Outcome   string   `json:"outcome"`          // an Outcome
	Reason    string   `json:"reason,omitempty"` // of a refusal: a fixed code
	Error     string   `json:"error,omitempty"`
	Files     []string `json:"files"`
	Summary   string   `json:"summary"` // the evidence in a sentence
}

// EncodeBreak returns what became of an attempt on the directory of a report, as JSON that is safe to print.
func EncodeBreak(r *Report, a Attempt) []byte {
	j := breakJSON{Type: typeBreak, Host: r.Host, Outcome: a.Outcome.String(), Reason: a.Reason()}
	j.Path, j.PathBytes = JSONText(r.Path)
	j.Error, _ = JSONText(a.Why())
	j.Summary, _ = r.Explain()
	j.Files = append([]string{}, a.Files...) // an array also where there are none
	return EncodeJSON(j)
}

// DecodeBreak reads what [EncodeBreak] returned, on this host or another, for a directory of this path. The
// text of the attempt's error is the sender's: escape it before printing.
func DecodeBreak(line []byte, path string) (Attempt, error) {
	if len(line) > MaxLine {
		return Attempt{}, fmt.Errorf("a line of %d bytes is too long", len(line))
	}
	var j breakJSON
	if err := json.Unmarshal(line, &j); err != nil {
		return Attempt{}, err
	}
	if j.Type != typeBreak {
		return Attempt{}, fmt.Errorf("%w: %.20q", ErrUnknownType, j.Type)
	}
	about, err := pathOf(j.Path, j.PathBytes)
	if err == nil && about != path {
		err = fmt.Errorf("%.80q was broken, instead of %.80q", about, path)
	}
	if err != nil {
		return Attempt{}, err
	}
	a := Attempt{Outcome: known(j.Outcome, Failed, Refused, Removed, WouldBeRefused, WouldRemove), Files: j.Files}
	if a.Outcome == NotTried {
		return Attempt{}, fmt.Errorf("an outcome of %.20q", j.Outcome)
	}
	if a.Outcome != Removed && a.Outcome != WouldRemove {
		a.Err = &toldError{j.Reason, j.Error}
	}
	return a, nil
}

// toldError is the error of an attempt that another host made.
type toldError struct{ reason, text string }

func (e *toldError) Error() string { return e.text }
