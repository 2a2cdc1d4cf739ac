package report

import "time"

// Change is a directory that was found, or whose report differs from its last one.
type Change struct {
	Report *Report
	New    bool  // found for the first time
	From   State // the state before; of no meaning if New
}

// PathError is a root, or a directory below one, that could not be read.
type PathError struct {
	Host string // as in Report
	Path string
	Root bool // Path is a root: then the exit status says so
	Err  error
}

func (e PathError) Error() string { return e.Err.Error() }
func (e PathError) Unwrap() error { return e.Err }

// Summary is the result of a whole pass over the roots.
type Summary struct {
	Dirs     int // data directories known
	States   map[State]int
	Checking int // how many of Dirs await a second look; they are in none of States
	Errors   int
	Duration time.Duration
	Watched  *Watched // nil where it was only one scan
	Hosts    int      // that are watched; 0 where it is this one alone
	Lost     int      // how many of Hosts cannot be reached; what was seen of them before is in Dirs
	// Roots are those of each of Hosts by its own word, or the first of them: see MaxRoots. Untrusted, and
	// not to be written to. One that has never been reached is not there.
	Roots map[string][]string
}

// Progress is how far a walk has come.
type Progress struct {
	Walking bool
	Visited int // directories looked into so far in this walk
	Found   int // data directories among them
	Elapsed time.Duration
}

// Update is what changed since the last one.
type Update struct {
	Changes  []Change
	Handoffs []Handoff   // in the order in which they were complete
	Gone     []string    // keys of what is no data directory any more, and of hosts that are back: see Report.Key
	Errors   []PathError // new since the last update; each walk begins the list anew
	Progress Progress
	Summary  *Summary      // at the end of a pass; nil otherwise
	Interval time.Duration // the present interval: it becomes longer where a pass takes long
}
