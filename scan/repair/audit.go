package repair

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"time"
	"unicode/utf8"

	"golang.org/x/sys/unix"

	"lockscope/lock"
	"lockscope/scan/report"
)

// AuditLog is where every attempt to break a lock is put on record: a file to
// which JSON objects are appended, one a line, each synced before append
// returns. Several programs may append to one log, and AuditLog may be used concurrently.
type AuditLog struct {
	Path string // empty: DefaultAuditPath
	Host string
}

// auditWait is how long another program's append is waited for.
const auditWait = 5 * time.Second

// DefaultAuditPath is lockscope/audit.ndjson in the user's state directory
// (XDG Base Directory Specification).
func DefaultAuditPath() (string, error) {
	state := os.Getenv("XDG_STATE_HOME")
	if !filepath.IsAbs(state) { // the specification has relative ones ignored
		home, err := os.UserHomeDir()
		if err == nil && !filepath.IsAbs(home) {
			err = errors.New("$HOME is not an absolute path")
		}
		if err != nil {
			return "", fmt.Errorf("no place for it: XDG_STATE_HOME is no absolute path, and %w", err)
		}
		state = filepath.Join(home, ".local", "state")
	}
	return filepath.Join(state, "lockscope", "audit.ndjson"), nil
}

// AuditRecord is one line of the log.
type AuditRecord struct {
	Time     time.Time     `json:"time"`
	Host     string        `json:"host"`
	User     string        `json:"user"`
	SudoUser string        `json:"sudo_user,omitempty"` // who became User by sudo(8)
	PID      int           `json:"pid"`
	Dir      string        `json:"dir"`
	DirBytes []byte        `json:"dir_bytes,omitempty"` // where Dir is no UTF-8 and is shown escaped
	Action   string        `json:"action"`
	Phase    string        `json:"phase"`             // intent or outcome
	Outcome  string        `json:"outcome,omitempty"` // removed, refused or failed
	Reason   string        `json:"reason,omitempty"`  // a lock.Refusal
	Error    string        `json:"error,omitempty"`
	Files    []string      `json:"files,omitempty"` // to be removed, or removed
	Evidence auditEvidence `json:"evidence"`        // as it was seen before, or is after
}

// auditEvidence is what a decision to break rests on.
type auditEvidence struct {
	State   string   `json:"state,omitempty"` // the verdict
	Reasons []string `json:"reasons,omitempty"`
	Lock    struct {
		State string `json:"state"`
		Dev   uint64 `json:"st_dev,omitempty"`
		Inode uint64 `json:"inode,omitempty"`
	} `json:"lock"`
	Pidfile struct {
		State   string    `json:"state"`
		PID     int       `json:"pid,omitempty"`
		Text    string    `json:"text,omitempty"`
		Written time.Time `json:"written,omitzero"`
		Inode   uint64    `json:"inode,omitempty"`
	} `json:"pidfile"`
	Process string   `json:"process,omitempty"`
	Temps   []string `json:"temps,omitempty"`
}

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

// files records what the files themselves show.
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

// Append puts a record on the log, with the time, the host and the user, and syncs it.
// The log is made, for its owner alone, if it is not there.
func (a *AuditLog) Append(r AuditRecord) error {
	r.Time, r.Host, r.PID = time.Now().UTC(), a.Host, os.Getpid()
	r.User, r.SudoUser = currentUser(), os.Getenv("SUDO_USER")
	if !utf8.ValidString(r.Dir) {
		r.Dir, r.DirBytes = report.Escape(r.Dir), []byte(r.Dir)
	}
	line, err := json.Marshal(r)
	if err != nil {
		return err
	}
	f, err := a.open()
	if err != nil {
		return err
	}
	defer f.Close()
	return appendLine(f, append(report.EscapeJSON(line), '\n'))
}

// open opens the log and waits for its lock, which closing it gives back. The name is never followed if
// it is a link: the log may be in a directory that others can write.
func (a *AuditLog) open() (*os.File, error) {
	file, err := a.file()
	if err != nil {
		return nil, err
	}
	dir := filepath.Dir(file)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	_, missing := os.Lstat(file)
	f, err := openLog(file, os.O_CREATE)
	if err != nil {
		return nil, err
	}
	if missing != nil {
		err = syncDir(dir) // or the log itself could be lost with all that is in it
	}
	if err == nil {
		err = lockWithin(f, auditWait)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

func (a *AuditLog) file() (string, error) {
	if a.Path != "" {
		return a.Path, nil
	}
	return DefaultAuditPath()
}

func openLog(file string, create int) (*os.File, error) {
	if is, err := os.Lstat(file); err == nil && !is.Mode().IsRegular() { // opening it could already have effects
		return nil, &os.PathError{Op: "open", Path: file, Err: lock.ErrNotRegular}
	}
	f, err := os.OpenFile(file, os.O_RDWR|os.O_APPEND|unix.O_NOFOLLOW|unix.O_NONBLOCK|create, 0o600)
	if err != nil {
		return nil, err
	}
	is, err := f.Stat()
	if err == nil && !is.Mode().IsRegular() {
		err = &os.PathError{Op: "open", Path: file, Err: lock.ErrNotRegular}
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// Check says whether a record could be put on the log, as far as that can be told without doing so: nothing
// is made or written.
func (a *AuditLog) Check() error {
	file, err := a.file()
	if err != nil {
		return err
	}
	f, err := openLog(file, 0)
	if err == nil {
		return f.Close()
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if file, err = filepath.Abs(file); err != nil {
		return err
	}
	for dir := filepath.Dir(file); ; dir = filepath.Dir(dir) { // the first that is there is where it would be made
		d, err := lock.OpenDir(dir)
		if err == nil {
			defer d.Close()
			return d.Writable()
		}
		if _, there := os.Lstat(dir); there == nil || !errors.Is(err, fs.ErrNotExist) { // a link to nowhere is there
			return err
		}
	}
}

func lockWithin(f *os.File, wait time.Duration) error {
	for end := time.Now().Add(wait); ; time.Sleep(10 * time.Millisecond) {
		err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		switch {
		case err == nil:
			return nil
		case err != unix.EWOULDBLOCK && err != unix.EINTR || time.Now().After(end):
			return &os.PathError{Op: "flock", Path: f.Name(), Err: err}
		}
	}
}

// appendLine writes a whole line or none of it. A line that a crash has cut
// short is ended first.
func appendLine(f *os.File, line []byte) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	size := info.Size()
	if last := make([]byte, 1); size > 0 {
		if _, err := f.ReadAt(last, size-1); err != nil {
			return err
		}
		if last[0] != '\n' {
			line = append([]byte{'\n'}, line...)
		}
	}
	if _, err = f.Write(line); err == nil {
		err = f.Sync()
	}
	if err != nil {
		return errors.Join(err, f.Truncate(size))
	}
	return nil
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

func currentUser() string {
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return fmt.Sprint(os.Geteuid())
}
