package chaos

import "slices"

// verdict is what a line of lockscope says of a path.
type verdict struct {
	path    string
	state   string // "gone" where there is no data directory any more
	reasons []string
	holders []int
	summary string
	span           // when it looked
	read    moment // when the line was read
}

// agrees reports whether facts are as a verdict says. "unknown" claims nothing but that something is there.
func (v verdict) agrees(f facts) bool {
	for _, pid := range v.holders {
		if !slices.Contains(f.Holders, pid) && !slices.Contains(f.Former, pid) {
			return false
		}
	}
	switch {
	case v.state == "gone":
		return f.Missing
	case v.state == "free" && slices.Contains(v.reasons, "lockfile-missing") && f.Writers == 0 && f.Pidfile.PID == 0:
		return true // it was a data directory when the look began, and now nothing is there
	case f.Missing:
		return false
	case v.state == "unknown":
		return true
	case v.state == "held" && (slices.Contains(v.reasons, "acquiring") || slices.Contains(v.reasons, "changing")):
		// It is being acquired, or that never stood still: whoever the pidfile names.
		return len(f.Holders) > 0
	}
	return v.state == f.state()
}

// agreesAtOnce reports the same for a verdict that was given just then: nothing in a directory shows that somebody
// holds a lock file that was there before. Only a search of all processes does, and that comes a little later.
func (v verdict) agreesAtOnce(f facts) bool {
	if v.agrees(f) {
		return true
	}
	if v.state == "unguarded" && len(f.Holders) == 0 && slices.Contains(f.Former, f.Pidfile.PID) {
		return true // it uses the directory, and it is not yet known that it holds the lock file that was there
	}
	f.Former = nil
	return v.agrees(f)
}
