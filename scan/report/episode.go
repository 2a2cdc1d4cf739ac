package report

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"lockscope/lock"
)

// Episode is what two looks must both find for a verdict to stand. If it is the same, nobody
// acquired or released in between.
type Episode struct {
	file    lock.FileID // of the lock file, without its version
	holders string      // their PIDs, start times and descriptors
	pidfile lock.FileID
	Changed int64 // the directory's mtime, ns
}

// EpisodeOf returns the episode that evidence shows.
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

// SameAs compares all but Changed.
func (e Episode) SameAs(other Episode) bool {
	e.Changed, other.Changed = 0, 0
	return e == other
}

// NeedsLook reports whether a verdict needs a second look, for one of these reasons:
//
//   - It may be a moment of the protocol. An acquire locks before it writes the pidfile, and a release
//     unlinks the pidfile before it unlocks. So only a held lock can be in such a moment.
//   - It is that of a moment in which another inspector looks by a lease.
//   - It depends on who holds the lock or has the file open, and they were not searched for yet.
func NeedsLook(ev *Evidence, v Verdict) bool {
	// A flock probe is granted beside those who share the lock.
	shared := ev.Lock.State == lock.LockFree && ev.Source == SourceProbe
	if !ev.Searched && (shared || v.State == Unknown && asksForHolders(ev.Lock.Err)) {
		return true
	}
	return v.State == Unnamed || v.State == Mismatch || ev.Changing || v.State == Unknown && (v.Reasons.Has(OpenElsewhere) || v.Reasons.Has(Leased)) ||
		ev.Lock.State == lock.LockHeld && len(ev.Holders) == 0 && !ev.Acquiring
}

// asksForHolders reports whether a search of all processes may establish what could not be, or show
// who keeps it from being established.
func asksForHolders(err error) bool {
	var posix *lock.PosixLockError
	return err == ErrNotProbed || errors.Is(err, lock.ErrOpenElsewhere) || errors.As(err, &posix) && posix.PID == 0
}

// Differs reports whether two reports on a directory say different things. When it was looked at, and
// when it last changed, does not count.
func Differs(a, b *Report) bool {
	return a.Verdict != b.Verdict || a.Checking != b.Checking ||
		a.Evidence.Lock.State != b.Evidence.Lock.State ||
		a.Evidence.Pidfile.State != b.Evidence.Pidfile.State ||
		a.Evidence.Pidfile.Text != b.Evidence.Pidfile.Text ||
		a.Evidence.Process != b.Evidence.Process ||
		!slices.Equal(a.Evidence.Temps, b.Evidence.Temps) ||
		!EpisodeOf(&a.Evidence).SameAs(EpisodeOf(&b.Evidence))
}
