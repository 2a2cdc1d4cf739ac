package lock

import "time"

// Use says whether a process uses a directory: has it, or something below it,
// open or mapped, or as its working or root directory.
type Use uint8

const (
	UseUnknown Use = iota // not permitted to look, or not all could be seen
	UseNone
	UseSome
)

// JudgeNamed says what became of the process a pidfile names, given what there
// is under that PID now: its state, when it started, when the pidfile was
// written, and whether it uses the directory. File times can be set by
// whoever owns the file, so they never outweigh use; and where use cannot be
// seen, nothing is concluded. It is pure.
func JudgeNamed(now ProcessState, started, written time.Time, use Use) ProcessState {
	switch {
	case now != ProcessAlive || use == UseSome:
		return now
	case use == UseUnknown:
		return ProcessUnknown
	case !started.IsZero() && started.After(written.Add(reuseMargin)):
		return ProcessReused
	}
	return ProcessUnrelated
}
