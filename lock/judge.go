package lock

import "time"

// Use says whether a process uses a directory: whether it has the directory, or something below
// it, open or mapped, or as its working or root directory.
type Use uint8

const (
	UseUnknown Use = iota // no use was seen, but not all could be seen
	UseNone
	UseSome
)

// JudgeNamed says what became of the process that a pidfile names, given what has that PID now: its
// state, when it started, when the pidfile was written, and whether it uses the directory.
//
// A process that uses the directory is the one that is meant, whatever the times are: whoever owns
// a file can set its time. If its use cannot be seen, the answer is ProcessUnknown. JudgeNamed is a
// pure function.
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
