package locktest

// State is the state that a directory was brought into. The words are those that lockscope reports.
type State string

const (
	Split     State = "split"
	Unguarded State = "unguarded"
	Orphaned  State = "orphaned"
	Mismatch  State = "mismatch"
	Unnamed   State = "unnamed"
	Stale     State = "stale"
	Unknown   State = "unknown"
	Held      State = "held"
	Free      State = "free"
)

// States lists the states, the most severe first.
var States = []State{Split, Unguarded, Orphaned, Mismatch, Unnamed, Stale, Unknown, Held, Free}
