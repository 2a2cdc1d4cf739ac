package show

import "lockscope/scan/report"

// meanings say in a few words what was established of a directory that counts as a class.
var meanings = func() (texts [ClassCount]string) {
	for state, text := range map[report.State]string{
		report.Split:     "somebody holds a lock file that was this directory's: two may write",
		report.Unguarded: "nobody holds the lock, and the daemon in the pidfile runs: a second could start",
		report.Orphaned:  "the daemon is gone, and a process that it started keeps the lock",
		report.Mismatch:  "the lock is held, and not by the process in the pidfile",
		report.Unnamed:   "the lock is held, and the pidfile names nobody",
		report.Stale:     "nobody holds the lock, and a dead daemon left its pidfile: it can be cleared away",
		report.Unknown:   "could not be established; the detail says why",
		report.Held:      "the process in the pidfile holds the lock: healthy",
		report.Free:      "nobody holds the lock, and nothing was left behind: healthy",
	} {
		texts[ClassOfState(state)] = text
	}
	texts[Checking] = "it looks wrong, and may be passing: a second look tells"
	return texts
}()

// Meaning says what c stands for.
func (c Class) Meaning() string { return meanings[c] }
