package report

import "time"

// Change is a directory that was found, or whose report differs from the last.
type Change struct {
	Report *Report
	New    bool  // found for the first time
	From   State // the state before, unless New
}

// PathError is a root, or a directory below one, that could not be read.
type PathError struct {
	Path string
	Root bool // Path is a root: the exit status tells
	Err  error
}

func (e PathError) Error() string { return e.Err.Error() }
func (e PathError) Unwrap() error { return e.Err }

// Summary is what a whole pass over the roots came to.
type Summary struct {
	Dirs     int // data directories known
	States   map[State]int
	Checking int // of Dirs, those that await a second look and are in no state
	Errors   int
	Duration time.Duration
}

// Progress tells how far a walk has come.
type Progress struct {
	Walking bool
	Visited int // directories looked into so far in this walk
	Found   int // data directories among them
	Elapsed time.Duration
}

// Update is what changed since the last one.
type Update struct {
	Changes  []Change
	Gone     []string    // paths that are data directories no longer
	Errors   []PathError // new since the last update; a walk that begins anew starts the list anew
	Progress Progress
	Summary  *Summary      // set at the end of each pass
	Interval time.Duration // the interval in force: it stretches where a pass takes long
}
