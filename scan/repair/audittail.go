package repair

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"

	"lockscope/scan/report"
)

// AuditTail reads the outcomes of breaks from an audit log as they are appended, by whichever program. It is not
// safe for concurrent use.
type AuditTail struct {
	path string
	file os.FileInfo // that was read last; nil before there is one
	at   int64       // how far
}

// Tail returns a reader of what is appended to the log from now on. There need not be a log yet.
func (a *AuditLog) Tail() (*AuditTail, error) {
	path, err := a.file()
	if err != nil {
		return nil, err
	}
	t := &AuditTail{path: path}
	if info, err := os.Lstat(path); err == nil {
		t.file, t.at = info, info.Size()
	}
	return t, nil
}

// Next returns the outcomes that were added since the last call. Where the log was replaced, as by logrotate(8),
// it goes on at the beginning of the new one. Errors are those of the system; a log that is missing is none.
func (t *AuditTail) Next() ([]report.Outcome, error) {
	f, err := openLog(t.path, os.O_RDONLY)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if t.file == nil || !os.SameFile(t.file, info) || info.Size() < t.at {
		t.at = 0
	}
	t.file = info
	text, err := io.ReadAll(io.NewSectionReader(f, t.at, min(info.Size()-t.at, tailMost)))
	if err != nil {
		return nil, err
	}
	whole := bytes.LastIndexByte(text, '\n') + 1
	if whole == 0 && len(text) == tailMost { // no record is so long
		whole = len(text)
	}
	t.at += int64(whole)
	return outcomesIn(text[:whole]), nil
}

// outcomesIn are the outcomes among the lines of a log, of breaks on this host: another one has a record of its
// own. Lines that are no record are skipped.
func outcomesIn(text []byte) (found []report.Outcome) {
	for line := range bytes.Lines(text) {
		var r struct { // no more of a record than is used: it may be of another version
			Phase       auditPhase
			Outcome, On string
		}
		if json.Unmarshal(line, &r) != nil || r.Phase != phaseOutcome || r.On != "" {
			continue
		}
		for _, o := range []report.Outcome{report.Removed, report.Refused, report.Failed} {
			if r.Outcome == o.String() {
				found = append(found, o)
			}
		}
	}
	return found
}
