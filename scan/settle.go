package scan

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"lockscope/lock"
)

const (
	// lookAgain is how long after one look the next is taken: longer than any
	// moment of the protocol but an fsync.
	lookAgain = 100 * time.Millisecond
	// maxLooks bounds the looks at a directory that differs each time, and is
	// how many must agree where one that writes there would differ.
	maxLooks = 10
)

// needsLook reports whether a verdict may be a moment of the protocol caught
// in passing, or rests on holders that nobody has looked for yet, or would rest on them if
// there are any. Acquire
// locks before it writes the pidfile and release unlinks before it unlocks, so only
// "held" can be such a moment.
func needsLook(ev *Evidence, v Verdict) bool {
	// A flock probe is granted beside who shares the lock.
	shared := ev.Lock.State == lock.LockFree && ev.Source == SourceProbe
	if !ev.Swept && (shared || v.State == Unknown && asksForHolders(ev.Lock.Err)) {
		return true
	}
	return v.State == Unnamed || v.State == Mismatch || ev.Changing || v.State == Unknown && v.Reasons.Has(OpenElsewhere) ||
		ev.Lock.State == lock.LockHeld && len(ev.Holders) == 0 && !ev.Acquiring
}

// asksForHolders reports whether a search of all processes may tell what could not be established otherwise, or who it is.
func asksForHolders(err error) bool {
	var posix *lock.PosixLockError
	return err == ErrNotProbed || errors.Is(err, lock.ErrOpenElsewhere) || errors.As(err, &posix) && posix.PID == 0
}

// sameAs compares all but the directory's mtime.
func (e episode) sameAs(other episode) bool {
	e.changed, other.changed = 0, 0
	return e == other
}

// settling follows one directory from its first look until its verdict stands.
type settling struct {
	looks  int
	agreed int // looks in a row that found the same episode
	last   episode
}

// episode is what two looks must both have found for a verdict to stand: that
// nobody acquired or released in between.
type episode struct {
	lock    fileKey
	holders string
	pidfile lock.FileID
	changed int64 // the directory's mtime, ns
}

func episodeOf(ev *Evidence) episode {
	var holders strings.Builder
	for _, h := range ev.Holders {
		fmt.Fprintf(&holders, "%d@%d:%d ", h.PID, h.Ticks, h.FD)
	}
	return episode{
		lock:    fileKey{ev.Lock.ID.Dev, ev.Lock.ID.Ino},
		holders: holders.String(),
		pidfile: ev.Pidfile.ID,
		changed: ev.Dir.MTime,
	}
}

// look takes in one more look. It reports whether the verdict stands now; if
// no two looks agree it marks the evidence as changing, which settles it too.
func (s *settling) look(ev *Evidence) (settled bool) {
	now, before := episodeOf(ev), s.last
	s.last = now
	s.looks++
	written := now.changed != before.changed
	switch {
	case s.looks == 1 || !now.sameAs(before):
		s.agreed = 1
	case written && ev.Pidfile.State == lock.PidfileMissing:
		// A daemon that keeps acquiring leaves no trace but the directory's
		// mtime, and so does one that merely writes there.
		s.agreed++
		return s.agreed >= maxLooks
	default:
		return true
	}
	if s.looks >= 2*maxLooks {
		ev.Changing = true
		return true
	}
	return false
}
