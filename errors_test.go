package main

import (
	"errors"
	"io/fs"
	"testing"

	"lockscope/scan"
)

func TestErrorListNews(t *testing.T) {
	a := scan.PathError{Path: "/a", Err: fs.ErrPermission}
	other := scan.PathError{Path: "/a", Err: errors.New("no answer")}
	walk := func(errs ...scan.PathError) scan.Update {
		return scan.Update{Errors: errs, Progress: scan.Progress{Visited: 1}, Summary: &scan.Summary{}}
	}
	var l errorList
	for i, step := range []struct {
		update scan.Update
		news   int
	}{
		{scan.Update{Errors: []scan.PathError{a}}, 1},
		{walk(a), 0},
		{scan.Update{Summary: &scan.Summary{}}, 0}, // a pass that does not walk
		{walk(a), 0},
		{walk(other), 1},
		{walk(), 0},
		{walk(other), 1},
	} {
		if got := len(l.news(step.update)); got != step.news {
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
		if got := located(scan.PathError{Path: "/a", Err: test.err}).Error(); got != test.want {
			t.Errorf("got %q, want %q", got, test.want)
		}
	}
}
