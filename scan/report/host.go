package report

import (
	"fmt"
	"strings"
	"time"
)

// Lost is that a host is not watched any more, or could not be until now.
type Lost struct {
	Host  string
	Why   Reason    // HostUnreachable or one of those after it
	Text  string    // what is known of why, from outside; may be empty
	Since time.Time // when it was last heard of; if it never was, when it was first tried
	Known bool      // directories of it are known, and shown as they were then
}

// Report returns the report on a lost host, which is Unknown and has no path. It stands among those of the
// directories until the host is back.
func (l Lost) Report() *Report {
	r := &Report{Host: l.Host, Observed: l.Since, Since: Since{At: l.Since}}
	r.Verdict.Reasons = r.Verdict.Reasons.With(l.Why)
	next := "it is tried again by itself"
	switch l.Why {
	case HostStalled:
		next = "it goes on by itself as soon as it can; lockscope --doctor there names a mount that hangs"
	case LockscopeMissing:
		next = "install it there, or let --push copy this one for as long as it is needed"
	case LockscopeVersion:
		next = "install there the version that runs here"
	}
	summary := Escape(l.Host) + " " + r.HostFate()
	if l.Text != "" {
		summary += ": " + strings.TrimSuffix(Escape(l.Text), ".")
	}
	summary += "."
	if l.Known {
		summary += fmt.Sprintf(" What is shown of it is as of %s.", l.Since.Format(time.TimeOnly))
	}
	r.received = &sentences{summary: summary, next: next}
	return r
}

// IsHost reports whether it is about a host, which is lost, and no directory.
func (r *Report) IsHost() bool { return r.Path == "" }

// hostFates say what has become of lost hosts.
var hostFates = map[Reason]string{
	HostUnreachable: "cannot be reached", HostSilent: "says nothing any more",
	HostStalled: "answers, and does not look at its directories any more",
	HostEnded:   "is not watched any more: lockscope ended there", HostGarbled: "says what cannot be read",
	LockscopeMissing: "has no lockscope", LockscopeVersion: "has a lockscope that this one cannot follow",
}

// HostFate says what has become of the host that it is about, in words that follow the host's name.
func (r *Report) HostFate() string {
	for _, why := range r.Verdict.Reasons.List() {
		if fate := hostFates[why]; fate != "" {
			return fate
		}
	}
	return "is lost"
}

// hostJSON is a host that was lost or, with Connected alone, is back.
type hostJSON struct {
	Type      string    `json:"type"`
	Host      string    `json:"host"`
	Connected bool      `json:"connected"`
	State     string    `json:"state,omitempty"` // unknown
	Reasons   []string  `json:"reasons,omitempty"`
	Summary   string    `json:"summary,omitempty"`
	Next      string    `json:"next,omitempty"`
	Heard     time.Time `json:"heard,omitzero"` // when it was last heard of
}

func newHostJSON(r *Report) hostJSON {
	j := hostJSON{Type: typeHost, Host: r.Host, State: r.Verdict.State.String(), Reasons: r.Verdict.Reasons.words(), Heard: jsonTime(r.Observed)}
	j.Summary, j.Next = r.Explain()
	return j
}

func (j *hostJSON) line() (Line, error) {
	if err := checkHost(j.Host); err != nil || j.Host == "" {
		return Line{}, fmt.Errorf("a host without a name: %w", err)
	}
	if j.Connected {
		return Line{Gone: j.Host}, nil
	}
	r := &Report{
		Host: j.Host, Observed: j.Heard, Since: Since{At: j.Heard}, Verdict: Verdict{Unknown, reasonsOf(j.Reasons)},
		received: &sentences{summary: printable(j.Summary), next: printable(j.Next)},
	}
	return Line{Change: &Change{Report: r}}, checkTime(j.Heard)
}
