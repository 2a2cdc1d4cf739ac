package ui

import (
	"errors"
	"strings"

	"lockscope/lock"
	"lockscope/scan"
)

// attempt is what an attempt to break a lock came to.
type attempt struct {
	removed []string
	err     error
}

// outcome is what kind of end it came to.
func (a *attempt) outcome() outcome {
	switch {
	case a == nil:
		return notTried
	case a.err == nil:
		return broken
	case len(a.removed) > 0:
		return failed
	}
	return refused
}

type outcome uint8

// The outcomes, in the order in which to read them.
const (
	failed  outcome = iota // it was made in part, or is not on record
	refused                // nothing was changed
	broken
	notTried
	outcomeCount
)

func (o outcome) String() string {
	return [outcomeCount]string{"failed", "left as it was", "broken", "not tried"}[o]
}

// text says what was removed, and why not more.
func (a *attempt) text() string {
	removed := "nothing was left to remove"
	if len(a.removed) > 0 {
		removed = "removed " + escapeList(a.removed)
	}
	switch a.outcome() {
	case broken:
		return removed
	case failed:
		return removed + ", but: " + whyRefused(a.err)
	}
	return whyRefused(a.err)
}

// whyRefused is an error without the directory, which stands above it.
func whyRefused(err error) string {
	text := err.Error()
	var refused *lock.RefusedError
	if errors.As(err, &refused) {
		text = strings.TrimPrefix(text, refused.Dir+": ")
	}
	return scan.Escape(text)
}
