package cli

import (
	"errors"
	"fmt"
	"io/fs"

	"lockscope/scan/report"
)

// errorList finds out which errors of a scan are new. A watch walks the roots again and again, and meets
// the same errors each time. The zero value is ready for use.
type errorList struct {
	known, met map[string]string // texts by path: of the last walk, and so far of this one
	walked     bool              // this pass has walked the roots
}

// unreported returns those of an update's errors that the last walk had not met. An error that is met
// again after a walk without it is among them again.
func (l *errorList) unreported(u report.Update) []report.PathError {
	var news []report.PathError
	for _, e := range u.Errors {
		text := e.Error()
		if l.known[e.Path] != text && l.met[e.Path] != text {
			news = append(news, e)
		}
		if l.met == nil {
			l.met = map[string]string{}
		}
		l.met[e.Path] = text
	}
	l.walked = l.walked || u.Progress != report.Progress{}
	if u.Summary != nil && l.walked { // the end of a pass; one that only looks again meets no errors
		l.known, l.met, l.walked = l.met, nil, false
	}
	return news
}

// withPath returns an error whose text says where it happened.
func withPath(e report.PathError) error {
	var at *fs.PathError
	if errors.As(e.Err, &at) {
		return e.Err
	}
	return fmt.Errorf("%s: %w", e.Path, e.Err)
}
