package report

import (
	"fmt"
	"time"

	"golang.org/x/sys/unix"

	"lockscope/lock"
)

type dirJSON struct {
	Type      string       `json:"type"` // "dir", or "change" with From
	Host      string       `json:"host,omitempty"`
	Path      string       `json:"path"`
	PathBytes []byte       `json:"path_bytes,omitempty"`
	Root      string       `json:"root"`
	State     string       `json:"state"`
	Reasons   []string     `json:"reasons"`
	Summary   string       `json:"summary,omitempty"`
	Next      string       `json:"next,omitempty"`
	Observed  time.Time    `json:"observed,omitzero"`
	Since     time.Time    `json:"since,omitzero"`
	AtLeast   bool         `json:"since_at_least,omitempty"`
	Lock      lockJSON     `json:"lock"`
	Pidfile   *pidfileJSON `json:"pidfile,omitempty"`
	Process   *processJSON `json:"process,omitempty"`
	Holders   []holderJSON `json:"holders,omitempty"`
	From      string       `json:"from,omitempty"`
	Seen      *seenJSON    `json:"seen,omitempty"`
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

// processJSON is the process that the pidfile names. Where it names a thread, it is that thread's
// process.
type processJSON struct {
	PID     int       `json:"pid"`
	State   string    `json:"state"`
	Started time.Time `json:"started,omitzero"`
	Command string    `json:"command,omitempty"`
	User    string    `json:"user,omitempty"`
}

// holderJSON is a process that holds the lock, or a lock of another kind on the same file.
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

func newDirJSON(c *Change, seen bool) dirJSON {
	r, ev := c.Report, &c.Report.Evidence
	d := dirJSON{
		Type:     typeDir,
		Host:     r.Host,
		State:    r.Verdict.State.String(),
		Reasons:  r.Verdict.Reasons.words(),
		Observed: jsonTime(r.Observed),
		Since:    jsonTime(r.Since.At),
		AtLeast:  r.Since.AtLeast,
		Lock: lockJSON{
			State: ev.Lock.State.String(), Source: ev.Source.String(), Inode: ev.Lock.ID.Ino, Locker: ev.Locker, FS: ev.FS,
		},
		Pidfile: newPidfileJSON(&ev.Pidfile),
		Process: newProcessJSON(ev),
	}
	if !c.New {
		d.Type, d.From = typeChange, c.From.String()
	}
	d.Path, d.PathBytes = JSONText(r.Path)
	d.Root, _ = JSONText(r.Root)
	d.Summary, d.Next = r.Explain()
	if ev.Device != 0 {
		d.Lock.Dev = fmt.Sprintf("%d:%d", unix.Major(ev.Device), unix.Minor(ev.Device))
	}
	for _, h := range ev.Holders {
		d.Holders = append(d.Holders, newHolderJSON(h))
	}
	for _, o := range ev.Openers {
		if o.OtherLock { // it holds something too
			d.Holders = append(d.Holders, newHolderJSON(Holder{Process: o.Process, FD: o.FD}))
		}
	}
	if seen && r.Breakable() && len(r.WasSeen().Temps) <= maxSeenTemps {
		d.Seen = newSeenJSON(r.WasSeen())
	}
	return d
}

// newPidfileJSON returns nil for a pidfile that was not looked at.
func newPidfileJSON(p *lock.Pidfile) *pidfileJSON {
	if p.State == lock.PidfileUnreadable && p.Err == nil {
		return nil
	}
	j := &pidfileJSON{State: p.State.String(), PID: p.PID, Inode: p.ID.Ino}
	if p.ID.MTime != 0 {
		j.Written = jsonTime(time.Unix(0, p.ID.MTime))
	}
	return j
}

// newProcessJSON returns nil where the pidfile names no process.
func newProcessJSON(ev *Evidence) *processJSON {
	if ev.Pidfile.PID <= 0 {
		return nil
	}
	j := &processJSON{PID: ev.Pidfile.PID, State: ev.Process.String()}
	if o := ev.Owner; o != nil {
		if ev.Thread {
			j.PID = o.PID
		}
		j.Started = jsonTime(o.Started)
		j.Command, _ = JSONText(o.Command)
		j.User, _ = JSONText(o.User)
	}
	return j
}

func newHolderJSON(h Holder) holderJSON {
	j := holderJSON{PID: h.Process.PID, Started: jsonTime(h.Process.Started), FD: h.FD, Inherited: h.Inherited, Deleted: h.Deleted}
	j.Command, _ = JSONText(h.Process.Command)
	j.User, _ = JSONText(h.Process.User)
	if h.Process.NSPID != h.Process.PID {
		j.NSPID = h.Process.NSPID
	}
	return j
}
