package report

import (
	"encoding/json"
	"errors"
	"fmt"

	"lockscope/lock"
)

// seenJSON is the evidence that a break compares: see lock.BreakStale. It goes from the host of the directory
// to the one where somebody looks at it, and back.
type seenJSON struct {
	Dir     idJSON   `json:"dir"`
	Lock    fileJSON `json:"lock"`
	Pidfile fileJSON `json:"pidfile"`
	Temps   []idJSON `json:"temps,omitempty"`
	Process string   `json:"process"`
	Alone   bool     `json:"alone,omitempty"`
}

type fileJSON struct {
	State string `json:"state"`
	idJSON
	Text []byte `json:"text,omitempty"` // of the pidfile, in base64
}

// idJSON is the identity and the version of a file. The numbers are strings: what passes the line on may keep
// only 53 bits of a number, and a break compares them all.
type idJSON struct {
	Dev   uint64 `json:"st_dev,omitempty,string"`
	Ino   uint64 `json:"inode,omitempty,string"`
	MTime int64  `json:"mtime_ns,omitempty,string"`
	Size  int64  `json:"size,omitempty,string"`
	Name  []byte `json:"name,omitempty"` // of a temporary, in base64
}

func idOf(id lock.FileID) idJSON {
	return idJSON{Dev: id.Dev, Ino: id.Ino, MTime: id.MTime, Size: id.Size}
}
func (j idJSON) fileID() lock.FileID {
	return lock.FileID{Dev: j.Dev, Ino: j.Ino, MTime: j.MTime, Size: j.Size}
}

func newSeenJSON(ev *lock.Evidence) *seenJSON {
	j := &seenJSON{
		Dir:     idOf(ev.Dir),
		Lock:    fileJSON{State: ev.Lock.State.String(), idJSON: idOf(ev.Lock.ID)},
		Pidfile: fileJSON{State: ev.Pidfile.State.String(), idJSON: idOf(ev.Pidfile.ID), Text: []byte(ev.Pidfile.Text)},
		Process: ev.Process.String(), Alone: ev.Alone,
	}
	for _, t := range ev.Temps {
		id := idOf(t.ID)
		id.Name = []byte(t.Name)
		j.Temps = append(j.Temps, id)
	}
	return j
}

// evidence returns what was seen. It refuses what no look at a stale lock can have found.
func (j *seenJSON) evidence() (ev lock.Evidence, err error) {
	ev.Dir, ev.Alone = j.Dir.fileID(), j.Alone
	ev.Lock = lock.LockFile{State: known(j.Lock.State, lock.LockMissing, lock.LockFree), ID: j.Lock.fileID()}
	ev.Process = known(j.Process, lock.ProcessGone, lock.ProcessZombie, lock.ProcessReused, lock.ProcessUnrelated)
	p := &ev.Pidfile
	p.State = known(j.Pidfile.State, lock.PidfileMissing, lock.PidfileEmpty, lock.PidfileMalformed, lock.PidfileNamed)
	p.ID, p.Text = j.Pidfile.fileID(), string(j.Pidfile.Text)
	parsed := lock.PidfileMissing
	if p.ID != (lock.FileID{}) {
		p.PID, parsed = lock.ParsePID(p.Text)
	}
	switch {
	case ev.Lock.State == lock.LockUnknown:
		err = fmt.Errorf("seen: the lock was %.20q", j.Lock.State)
	case p.State != parsed:
		err = fmt.Errorf("seen: the pidfile was %.20q, and its text is %.20q", j.Pidfile.State, p.Text)
	case ev.Dir == (lock.FileID{}):
		err = errors.New("seen: which directory it was is not told")
	}
	for _, t := range j.Temps {
		ev.Temps = append(ev.Temps, lock.Temp{Name: string(t.Name), ID: t.fileID()})
	}
	return ev, err
}

// breakRequest is what somebody saw of a stale lock and wants to be broken.
type breakRequest struct {
	Type      string    `json:"type"` // "seen"
	Path      string    `json:"path"`
	PathBytes []byte    `json:"path_bytes,omitempty"`
	Root      string    `json:"root"`
	Reasons   []string  `json:"reasons,omitempty"`
	By        string    `json:"by,omitempty"`
	Seen      *seenJSON `json:"seen"`
}

// EncodeSeen returns what a report has of a stale lock, as the JSON object with which a break is asked for on
// the host of the directory: see [DecodeSeen]. by says who asks. It panics unless the report is Breakable.
func EncodeSeen(r *Report, by string) []byte {
	if !r.Breakable() {
		panic("report: EncodeSeen of what is not stale")
	}
	j := breakRequest{Type: typeSeen, Reasons: r.Verdict.Reasons.words(), Seen: newSeenJSON(r.WasSeen())}
	j.Path, j.PathBytes = JSONText(r.Path)
	j.Root, _ = JSONText(r.Root)
	j.By, _ = JSONText(by)
	return EncodeJSON(j)
}

// DecodeSeen reads what [EncodeSeen] returned, on the host where the evidence was seen first. The report has
// the evidence that a break compares, and nothing else. Its verdict is the sender's, who may be anybody: it is
// for lock.BreakStale to find out that all of it is still true. By is untrusted, too. A temporary whose name
// is not one that names allows is refused: a break removes what it is told of.
func DecodeSeen(text []byte, names lock.Names) (r *Report, by string, err error) {
	if len(text) > MaxLine {
		return nil, "", fmt.Errorf("an object of %d bytes is too long", len(text))
	}
	var j breakRequest
	if err := json.Unmarshal(text, &j); err != nil {
		return nil, "", err
	}
	if j.Type != typeSeen || j.Seen == nil {
		return nil, "", fmt.Errorf("an object of type %.20q, where one of type %q is to be", j.Type, typeSeen)
	}
	r = &Report{Verdict: Verdict{Stale, reasonsOf(j.Reasons)}}
	if r.Path, err = pathOf(j.Path, j.PathBytes); err != nil {
		return nil, "", err
	}
	if r.Root, err = pathOf(j.Root, nil); err != nil {
		return nil, "", err
	}
	if r.Evidence.Evidence, err = j.Seen.evidence(); err != nil {
		return nil, "", err
	}
	names = names.OrDefault()
	for _, t := range r.Evidence.Temps {
		if !names.IsProtocol(t.Name) || t.Name == names.Lock || t.Name == names.Pidfile {
			return nil, "", fmt.Errorf("seen: %.80q is no temporary pidfile", t.Name)
		}
	}
	return r, j.By, nil
}
