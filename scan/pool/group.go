package pool

// group is a group under watch: some job of it is late or abandoned.
type group struct {
	name      string
	late      int  // jobs that are late
	abandoned int  // jobs that are abandoned
	trying    int  // jobs that run, were begun while the group was under watch, and are not late
	tried     int  // jobs that were begun since answers became false
	answers   bool // some job came back since the last one became late
}

// stalled reports whether the group hangs: its jobs are given up without being run.
func (g *group) stalled() bool { return g.abandoned >= stalledAfter && !g.answers }

// mayBegin reports whether another job of the group may be begun now.
func (g *group) mayBegin() bool { return g.answers || g.trying == 0 && g.tried < mostTries }
