package report

import (
	"errors"
	"fmt"
	"strings"

	"lockscope/lock"
)

// Outcome is what kind of end an attempt to break a stale lock came to.
type Outcome uint8

const (
	NotTried       Outcome = iota
	Failed                 // the system failed, or it was made in part, or what came of it is not on record
	Refused                // nothing was changed, for one of the reasons that a break has to refuse
	Removed                // everything was removed, and is on record
	WouldBeRefused         // nothing was tried; an attempt would be refused now
	WouldRemove            // nothing was tried; nothing stands against an attempt now
)

func (o Outcome) String() string {
	if words := [...]string{"not-tried", "failed", "refused", "removed", "would-be-refused", "would-remove"}; int(o) < len(words) {
		return words[o]
	}
	return fmt.Sprintf("outcome(%d)", o)
}

// Attempt is what an attempt to break a stale lock came to, or would come to. That is decided here
// and nowhere else: the screen, the printed lines and the audit log only say it, each in its way.
type Attempt struct {
	Outcome Outcome
	Files   []string // that were removed, or would be; untrusted: escape before printing
	Err     error    // why not, or why not all; nil with Removed and WouldRemove
}

// Attempted judges what lock.BreakStale returned.
func Attempted(removed []string, err error) Attempt {
	a := Attempt{Outcome: Failed, Files: removed, Err: err}
	switch refused := a.refusal(); {
	case err == nil:
		a.Outcome = Removed
	case refused != nil && refused.Reason != lock.RefusedUnknown && len(removed) == 0:
		a.Outcome = Refused
	}
	return a
}

// Unrecorded is the attempt, given that the audit log does not have what came of it.
func (a Attempt) Unrecorded(err error) Attempt {
	err = fmt.Errorf("the outcome is not in the audit log: %w", err)
	if a.Err != nil {
		err = fmt.Errorf("%w; and %w", a.Err, err)
	}
	return Attempt{Outcome: Failed, Files: a.Files, Err: err}
}

// Foreseen judges what lock.CheckBreak returned.
func Foreseen(files []string, err error) Attempt {
	if err != nil {
		return Attempt{Outcome: WouldBeRefused, Err: err}
	}
	return Attempt{Outcome: WouldRemove, Files: files}
}

// refusal is the refusal that Err is, or has in it; nil if there is none.
func (a *Attempt) refusal() *lock.RefusedError {
	var refused *lock.RefusedError
	errors.As(a.Err, &refused)
	return refused
}

// Reason is the fixed code of a refusal, also of one in the middle of an attempt. It is empty if
// there was none.
func (a *Attempt) Reason() string {
	var told *toldError
	if refused := a.refusal(); refused != nil && refused.Reason != lock.RefusedUnknown {
		return refused.Reason.String()
	} else if errors.As(a.Err, &told) {
		return told.reason
	}
	return ""
}

// Why is Err in words, without the directory it is about; empty if there is none. It is untrusted:
// escape it before printing.
func (a *Attempt) Why() string {
	if a.Err == nil {
		return ""
	}
	text := a.Err.Error()
	if refused := a.refusal(); refused != nil {
		text = strings.TrimPrefix(text, refused.Dir+": ")
	}
	return text
}
