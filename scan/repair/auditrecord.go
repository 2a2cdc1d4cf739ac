package repair

import (
	"time"

	"lockscope/lock"
	"lockscope/scan/report"
)

// AuditRecord is one line of the audit log. Append sets Time, Host, User, SudoUser, PID and DirBytes.
type AuditRecord struct {
	Time     time.Time     `json:"time"`
	Host     string        `json:"host"`
	User     string        `json:"user"`
	SudoUser string        `json:"sudo_user,omitempty"` // who became User by sudo(8)
	PID      int           `json:"pid"`
	AskedBy  string        `json:"asked_by,omitempty"` // who asked for it from another host
	On       string        `json:"on,omitempty"`       // the host of Dir, where that is another one
	Dir      string        `json:"dir"`
	DirBytes []byte        `json:"dir_bytes,omitempty"` // where Dir is no UTF-8 and is shown escaped
	Action   string        `json:"action"`
	Phase    auditPhase    `json:"phase"`
	Outcome  string        `json:"outcome,omitempty"` // removed, refused or failed
	Reason   string        `json:"reason,omitempty"`  // a lock.Refusal
	Error    string        `json:"error,omitempty"`
	Files    []string      `json:"files,omitempty"` // to be removed, or removed
	Evidence auditEvidence `json:"evidence"`        // as it was seen before, or is after
}

// auditPhase says on which side of the attempt a record was made.
type auditPhase string

const (
	phaseIntent  auditPhase = "intent"  // before it
	phaseOutcome auditPhase = "outcome" // after it
)

// auditEvidence is what a decision to break rests on.
type auditEvidence struct {
	State   string   `json:"state,omitempty"` // the verdict
	Reasons []string `json:"reasons,omitempty"`
	Lock    struct {
		State string `json:"state"`
		Dev   uint64 `json:"st_dev,omitempty"`
		Inode uint64 `json:"inode,omitempty"`
	} `json:"lock,omitzero"`
	Pidfile struct {
		State   string    `json:"state"`
		PID     int       `json:"pid,omitempty"`
		Text    string    `json:"text,omitempty"`
		Written time.Time `json:"written,omitzero"`
		Inode   uint64    `json:"inode,omitempty"`
	} `json:"pidfile,omitzero"`
	Process string   `json:"process,omitempty"`
	Temps   []string `json:"temps,omitempty"`
}

// evidenceOf returns what a decision rests on: what was seen, and the verdict on it.
func evidenceOf(ev *lock.Evidence, v report.Verdict) (e auditEvidence) {
	e.State = v.State.String()
	for _, r := range v.Reasons.List() {
		e.Reasons = append(e.Reasons, r.String())
	}
	e.files(ev)
	if ev.Pidfile.State == lock.PidfileNamed {
		e.Process = ev.Process.String()
	}
	return e
}

// files fills in what the files themselves show.
func (e *auditEvidence) files(ev *lock.Evidence) {
	e.Lock.State, e.Lock.Dev, e.Lock.Inode = ev.Lock.State.String(), ev.Lock.ID.Dev, ev.Lock.ID.Ino
	p := &e.Pidfile
	p.State, p.PID, p.Text, p.Inode = ev.Pidfile.State.String(), ev.Pidfile.PID, report.Escape(ev.Pidfile.Text), ev.Pidfile.ID.Ino
	if t := ev.Pidfile.ID.MTime; t != 0 {
		p.Written = time.Unix(0, t).UTC()
	}
	for _, t := range ev.Temps {
		e.Temps = append(e.Temps, report.Escape(t.Name))
	}
}
