package scan

// suspect is a mount on which some task is late or given up.
type suspect struct {
	late    int  // tasks that are
	stuck   int  // tasks that were given up and have not come back
	running int  // tasks that run though it is under suspicion
	risked  int  // tasks begun since it is
	cleared bool // some task came back since
}

const (
	// hungAfter is how many tasks must be stuck on a mount, and none come back,
	// for it to be given up altogether: one may just have been slow.
	hungAfter = 2
	// riskMost is how many tasks may find out that a mount is slow, and does not hang.
	riskMost = 2
)

func (s *suspect) hangs() bool { return s.stuck >= hungAfter && !s.cleared }

// lose gives a late task up. The caller holds mu.
func (c *crew) lose(t *task) job {
	t.state = taskGivenUp
	c.stuck[t.job.where()]++
	t.mount.late--
	t.mount.stuck++
	return t.job
}

// free takes note that a task that was given up came back. The caller holds mu.
func (c *crew) free(path string) {
	if c.stuck[path]--; c.stuck[path] == 0 {
		delete(c.stuck, path)
	}
}

// suspect puts a task that takes long, and its mount, under suspicion, and gives it a stand-in. The caller holds mu.
func (c *crew) suspect(t *task) {
	t.state = taskLate
	if t.mount != nil {
		t.mount.running--
	}
	t.name = c.mountOf(t.job.where())
	if t.mount = c.suspects[t.name]; t.mount == nil {
		t.mount = &suspect{}
		c.suspects[t.name] = t.mount
	}
	t.mount.late++
	if t.mount.cleared {
		t.mount.cleared, t.mount.risked = false, 0
	}
	c.workers--
	if c.all < c.most {
		c.start()
	}
	c.resume() // one more may be risked
}

func (c *crew) anyLate() bool {
	for _, m := range c.suspects {
		if m.late > 0 {
			return true
		}
	}
	return false
}
