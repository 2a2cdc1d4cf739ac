package repair

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"lockscope/lock"
	"lockscope/scan/report"
)

// AuditLog is the file that has a record of every attempt to break a lock, as JSON objects, one a line.
// It may be used concurrently, and several programs may append to one file.
type AuditLog struct {
	Path string // default: DefaultAuditPath
	Host string // the name of this host

	stuck atomic.Int32 // calls that were given up and have not come back: see within
}

// DefaultAuditPath returns lockscope/audit.ndjson in the user's state directory (XDG Base Directory
// Specification). The error says why there is no such directory.
func DefaultAuditPath() (string, error) {
	state := os.Getenv("XDG_STATE_HOME")
	if !filepath.IsAbs(state) { // a relative one is to be ignored, says the specification
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

// Append adds a record to the log, with the time, the host and the user, and syncs it before it returns. It
// makes the log, readable for its owner alone, if it is not there. While another program appends it
// waits, for 5 s at most. Errors are those of the system, or report.ErrNoAnswer where that hangs; then there is no
// record, though one of an outcome may come late.
func (a *AuditLog) Append(r AuditRecord) error {
	return a.within(func(givenUp *atomic.Bool) error { return a.append(r, givenUp) })
}

// within calls f, but not for longer than auditLimit: the log may be on a file system that hangs. While a
// call hangs no other is made. f is told whether it was given up.
func (a *AuditLog) within(f func(givenUp *atomic.Bool) error) error {
	if a.stuck.Load() > 0 {
		return fmt.Errorf("%w to an earlier call", report.ErrNoAnswer)
	}
	var over atomic.Bool // either f has come back, or it was given up: whichever is first
	done := make(chan error, 1)
	go func() {
		err := f(&over)
		if over.Swap(true) {
			a.stuck.Add(-1)
		}
		done <- err
	}()
	select {
	case err := <-done:
		return err
	case <-time.After(auditLimit):
	}
	a.stuck.Add(1)
	if over.Swap(true) { // it has just come back
		a.stuck.Add(-1)
		return <-done
	}
	return report.NoAnswer(auditLimit)
}

// append does Append's work.
func (a *AuditLog) append(r AuditRecord, givenUp *atomic.Bool) error {
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
	if r.Phase == phaseIntent && givenUp.Load() { // the break was refused
		return report.ErrNoAnswer
	}
	return appendLine(f, append(report.EscapeJSON(line), '\n'))
}

// open opens the log, and takes the lock of it, which lasts until the file is closed. It makes the log where
// there is none.
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
	f, err := openLog(file, os.O_RDWR|os.O_APPEND|os.O_CREATE)
	if err != nil {
		return nil, err
	}
	if missing != nil {
		err = syncDir(dir) // else a crash could lose the new log, with all that is in it
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

// Check returns why a record could not be appended now, or nil, as far as that can be told without making
// or writing anything.
func (a *AuditLog) Check() error {
	return a.within(func(*atomic.Bool) error { return a.check() })
}

func (a *AuditLog) check() error {
	file, err := a.file()
	if err != nil {
		return err
	}
	f, err := openLog(file, os.O_RDWR|os.O_APPEND)
	if err == nil {
		defer f.Close()
		return hasRoom(f)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if file, err = filepath.Abs(file); err != nil {
		return err
	}
	// Append would make the directories that are missing. The first that is there has to be writable.
	for dir := filepath.Dir(file); ; dir = filepath.Dir(dir) {
		d, err := lock.OpenDir(dir)
		if err == nil {
			defer d.Close()
			return d.Writable()
		}
		_, missing := os.Lstat(dir)
		if missing == nil || !errors.Is(err, fs.ErrNotExist) { // a link that leads nowhere is there, and in the way
			return err
		}
	}
}

// currentUser returns the name of the user, or else the number.
func currentUser() string {
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return fmt.Sprint(os.Geteuid())
}
