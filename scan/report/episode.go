package report

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"lockscope/lock"
)

// episode is what two looks must both have found for a verdict to stand: that
// nobody acquired or released in between.
type Episode struct {
	file    lock.FileID // of the lock, without version
	holders string
	pidfile lock.FileID
	Changed int64 // the directory's mtime, ns
}

func EpisodeOf(ev *Evidence) Episode {
	var holders strings.Builder
	for _, h := range ev.Holders {
		fmt.Fprintf(&holders, "%d@%d:%d ", h.Process.PID, h.Process.Ticks, h.FD)
	}
	return Episode{
		file:    ev.Lock.ID.Identity(),
		holders: holders.String(),
		pidfile: ev.Pidfile.ID,
		Changed: ev.Dir.MTime,
	}
}

// sameAs compares all but the directory's mtime.
func (e Episode) SameAs(other Episode) bool {
	e.Changed, other.Changed = 0, 0
	return e == other
}

// needsLook reports whether a verdict may be a moment of the protocol caught
// in passing, or rests on holders that nobody has looked for yet, or would rest on them if
// there are any. Acquire
// locks before it writes the pidfile and release unlinks before it unlocks, so only
// "held" can be such a moment.
func NeedsLook(ev *Evidence, v Verdict) bool {
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

// differs reports whether two reports on a directory say different things,
// beyond the time of the look and the time of the directory's last change.
func Differs(a, b *Report) bool {
	return a.Verdict != b.Verdict || a.Checking != b.Checking ||
		a.Evidence.Lock.State != b.Evidence.Lock.State ||
		a.Evidence.Pidfile.State != b.Evidence.Pidfile.State ||
		a.Evidence.Pidfile.Text != b.Evidence.Pidfile.Text ||
		a.Evidence.Process != b.Evidence.Process ||
		!slices.Equal(a.Evidence.Temps, b.Evidence.Temps) ||
		!EpisodeOf(&a.Evidence).SameAs(EpisodeOf(&b.Evidence))
}
