package cli

import (
	"errors"
	"fmt"
	"io/fs"

	"lockscope/scan/report"
)

// errorList tells which errors of a scan are new. A watch walks the roots again
// and again, and meets the same ones each time.
type errorList struct {
	known, met map[string]string // by path: in the last walk, and so far in this one
	walked     bool              // this pass has walked the roots
}

// news returns those of an update's errors that the last walk had not met. One
// that is met again after a walk without it is news again.
func (l *errorList) news(u report.Update) []report.PathError {
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

// located is an error whose text says where it happened.
func located(e report.PathError) error {
	var at *fs.PathError
	if errors.As(e.Err, &at) {
		return e.Err
	}
	return fmt.Errorf("%s: %w", e.Path, e.Err)
}
