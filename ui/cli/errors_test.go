package cli

import (
	"errors"
	"io/fs"
	"testing"

	"lockscope/scan/report"
)

func TestErrorListNews(t *testing.T) {
	a := report.PathError{Path: "/a", Err: fs.ErrPermission}
	other := report.PathError{Path: "/a", Err: errors.New("no answer")}
	walk := func(errs ...report.PathError) report.Update {
		return report.Update{Errors: errs, Progress: report.Progress{Visited: 1}, Summary: &report.Summary{}}
	}
	var l errorList
	for i, step := range []struct {
		update report.Update
		news   int
	}{
		{report.Update{Errors: []report.PathError{a}}, 1},
		{walk(a), 0},
		{report.Update{Summary: &report.Summary{}}, 0}, // a pass that does not walk
		{walk(a), 0},
		{walk(other), 1},
		{walk(), 0},
		{walk(other), 1},
	} {
		if got := len(l.unreported(step.update)); got != step.news {
			t.Errorf("step %d: %d errors are news, want %d", i, got, step.news)
		}
	}
}

func TestLocated(t *testing.T) {
	for _, test := range []struct {
		err  error
		want string
	}{
		{errors.New("no answer"), "/a: no answer"},
		{&fs.PathError{Op: "open", Path: "/a", Err: fs.ErrPermission}, "open /a: permission denied"},
	} {
		if got := withPath(report.PathError{Path: "/a", Err: test.err}).Error(); got != test.want {
			t.Errorf("got %q, want %q", got, test.want)
		}
	}
}
