package pool

// group is a group under watch: some job of it is late or abandoned.
type group struct {
	name      string
	late      int  // jobs that are
	abandoned int  // jobs that are
	trying    int  // jobs on time that were begun while it was under watch
	tried     int  // jobs begun since it answers no more
	answers   bool // some job came back since the last one became late
}

func (g *group) stalled() bool { return g.abandoned >= stalledAfter && !g.answers }

// mayBegin reports whether another job of the group may be begun now.
func (g *group) mayBegin() bool { return g.answers || g.trying == 0 && g.tried < mostTries }
