package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"lockscope/scan/report"
)

// errorList finds out which errors of a scan are new. A watch walks the roots again and again, and meets
// the same errors each time. The zero value is ready for use.
type errorList struct {
	known, met map[string]string // texts by key: of the last walk, and so far of this one
	walked     bool              // this pass has walked the roots
}

// unreported returns those of an update's errors that the last walk had not met. An error that is met
// again after a walk without it is among them again.
func (l *errorList) unreported(u report.Update) []report.PathError {
	var news []report.PathError
	for _, e := range u.Errors {
		key, text := report.Key(e.Host, e.Path), e.Error()
		if l.known[key] != text && l.met[key] != text {
			news = append(news, e)
		}
		if l.met == nil {
			l.met = map[string]string{}
		}
		l.met[key] = text
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
	err := e.Err
	if !errors.As(err, &at) && !(e.Host != "" && strings.Contains(err.Error(), e.Path)) {
		err = fmt.Errorf("%s: %w", e.Path, err)
	}
	if e.Host != "" {
		err = fmt.Errorf("%s: %w", e.Host, err)
	}
	return err
}
