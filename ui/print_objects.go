package ui

import (
	"fmt"
	"time"
	"unicode/utf8"

	"golang.org/x/sys/unix"

	"lockscope/lock"
	"lockscope/scan/report"
)

// The objects of the JSON forms. Facts that are not known are left out, and
// times are UTC in milliseconds.

type dirJSON struct {
	Type      string       `json:"type"` // "dir", or "change" with From
	Path      string       `json:"path"`
	PathBytes []byte       `json:"path_bytes,omitempty"`
	Root      string       `json:"root"`
	State     string       `json:"state"`
	Reasons   []string     `json:"reasons"`
	Summary   string       `json:"summary,omitempty"`
	Next      string       `json:"next,omitempty"`
	Observed  time.Time    `json:"observed,omitzero"`
	Lock      lockJSON     `json:"lock"`
	Pidfile   *pidfileJSON `json:"pidfile,omitempty"`
	Process   *processJSON `json:"process,omitempty"`
	Holders   []holderJSON `json:"holders,omitempty"`
	From      string       `json:"from,omitempty"`
}

type lockJSON struct {
	State  string `json:"state"`
	Source string `json:"source,omitempty"`
	Dev    string `json:"dev,omitempty"`
	Inode  uint64 `json:"inode,omitempty"`
	Locker int    `json:"locker,omitempty"`
	FS     string `json:"fs,omitempty"`
}

type pidfileJSON struct {
	State   string    `json:"state"`
	PID     int       `json:"pid,omitempty"`
	Written time.Time `json:"written,omitzero"`
	Inode   uint64    `json:"inode,omitempty"`
}

type processJSON struct {
	PID     int       `json:"pid"`
	State   string    `json:"state"`
	Started time.Time `json:"started,omitzero"`
	Command string    `json:"command,omitempty"`
	User    string    `json:"user,omitempty"`
}

type holderJSON struct {
	PID       int       `json:"pid"`
	NSPID     int       `json:"ns_pid,omitempty"` // where it differs
	Command   string    `json:"command,omitempty"`
	User      string    `json:"user,omitempty"`
	Started   time.Time `json:"started,omitzero"`
	FD        int       `json:"fd"`
	Inherited bool      `json:"inherited"`
	Deleted   bool      `json:"deleted"`
}

type goneJSON struct {
	Type      string `json:"type"`
	Path      string `json:"path"`
	PathBytes []byte `json:"path_bytes,omitempty"`
}

type errorJSON struct {
	goneJSON
	Error string `json:"error"`
}

type summaryJSON struct {
	Type     string         `json:"type"`
	Dirs     int            `json:"dirs"`
	States   map[string]int `json:"states"`
	Checking int            `json:"checking,omitempty"`
	Errors   int            `json:"errors"`
	Seconds  float64        `json:"seconds"`
	Host     string         `json:"host"`
}

func newDirJSON(r *report.Report) dirJSON {
	ev := &r.Evidence
	d := dirJSON{
		Type:     "dir",
		State:    r.Verdict.State.String(),
		Reasons:  []string{},
		Observed: jsonTime(r.Observed),
		Lock: lockJSON{
			State: ev.Lock.State.String(), Source: ev.Source.String(), Inode: ev.Lock.ID.Ino, Locker: ev.Locker, FS: ev.FS,
		},
	}
	d.Path, d.PathBytes = textOf(r.Path)
	d.Root, _ = textOf(r.Root)
	d.Summary, d.Next = r.Explain()
	for _, reason := range r.Verdict.Reasons.List() {
		d.Reasons = append(d.Reasons, reason.String())
	}
	if ev.Device != 0 {
		d.Lock.Dev = fmt.Sprintf("%d:%d", unix.Major(ev.Device), unix.Minor(ev.Device))
	}
	// The zero pidfile is one that nobody came to look at.
	if p := ev.Pidfile; p.State != lock.PidfileUnreadable || p.Err != nil {
		d.Pidfile = &pidfileJSON{State: p.State.String(), PID: p.PID, Inode: p.ID.Ino}
		if p.ID.MTime != 0 {
			d.Pidfile.Written = jsonTime(time.Unix(0, p.ID.MTime))
		}
	}
	if pid := ev.Pidfile.PID; pid > 0 {
		d.Process = &processJSON{PID: pid, State: ev.Process.String()}
		if o := ev.Owner; o != nil {
			if ev.Thread {
				d.Process.PID = o.PID
			}
			d.Process.Started = jsonTime(o.Started)
			d.Process.Command, _ = textOf(o.Command)
			d.Process.User, _ = textOf(o.User)
		}
	}
	for _, h := range ev.Holders {
		d.Holders = append(d.Holders, newHolderJSON(h))
	}
	for _, o := range ev.Openers {
		if o.Other { // a holder too, of a lock of another kind
			d.Holders = append(d.Holders, newHolderJSON(report.Holder{Process: o.Process, FD: o.FD}))
		}
	}
	return d
}

func newHolderJSON(h report.Holder) holderJSON {
	j := holderJSON{PID: h.Process.PID, Started: jsonTime(h.Process.Started), FD: h.FD, Inherited: h.Inherited, Deleted: h.Deleted}
	j.Command, _ = textOf(h.Process.Command)
	j.User, _ = textOf(h.Process.User)
	if h.Process.NSPID != h.Process.PID {
		j.NSPID = h.Process.NSPID
	}
	return j
}

func newGoneJSON(path string) goneJSON {
	g := goneJSON{Type: "gone"}
	g.Path, g.PathBytes = textOf(path)
	return g
}

func newErrorJSON(err report.PathError) errorJSON {
	e := errorJSON{goneJSON: newGoneJSON(err.Path)}
	e.Type = "error"
	e.Error, _ = textOf(err.Error())
	return e
}

// newSummaryJSON counts every state by name, also those that no directory is in.
func newSummaryJSON(s report.Summary, host string) summaryJSON {
	states := make(map[string]int, len(report.States))
	for _, state := range report.States {
		states[state.String()] = s.States[state]
	}
	seconds := float64(s.Duration.Milliseconds()) / 1000
	return summaryJSON{"summary", s.Dirs, states, s.Checking, s.Errors, seconds, host}
}

// textOf is s as JSON can hold it, and where that is not s itself, because s is
// no UTF-8, its bytes: the text is then escaped, for people.
func textOf(s string) (text string, raw []byte) {
	if utf8.ValidString(s) {
		return s, nil
	}
	return report.Escape(s), []byte(s)
}

func jsonTime(t time.Time) time.Time {
	return t.UTC().Truncate(time.Millisecond)
}
