package lock

import "time"

// inspectTries bounds how often Inspect looks again at a pidfile that changes under it.
const inspectTries = 10

// Inspect gathers the evidence on one directory, by a flock probe: see
// [Dir.ProbeLock] for what that costs a daemon. What could not be
// established is unknown in the evidence, with its error there; Inspect itself
// fails only if the directory cannot be opened.
func Inspect(dir string) (Evidence, error) { return DefaultNames.Inspect(dir) }

// Inspect is the function Inspect for files of these names.
func (n Names) Inspect(dir string) (Evidence, error) {
	d, err := n.OpenDir(dir)
	if err != nil {
		return Evidence{}, err
	}
	defer d.Close()
	return d.inspect(), nil
}

func (d Dir) inspect() (ev Evidence) {
	ev.Dir, _ = d.ID()
	for range inspectTries {
		ev.Pidfile = d.Pidfile()
		ev.Lock = d.ProbeLock()
		// Between the two, a holder may have come or gone: then the pair of
		// them was never true together.
		if d.PidfileID() == ev.Pidfile.ID {
			break
		}
	}
	if ev.Lock.State != LockHeld || ev.Pidfile.State != PidfileNamed {
		ev.Temps, _ = d.Temps()
	}
	switch {
	case ev.Pidfile.State != PidfileNamed:
	case ev.Lock.State == LockHeld:
		_, ev.Process, _ = FindProcess(ev.Pidfile.PID)
	default:
		_, ev.Process = d.named(ev.Pidfile)
	}
	return ev
}

// named says what became of the process that the pidfile of a free lock names. In a
// container it names a PID of that PID namespace: a process that has the PID there
// and uses the directory is the one that is meant.
func (d Dir) named(pidfile Pidfile) (Process, ProcessState) {
	p, state, err := FindProcess(pidfile.PID)
	if err == nil && state == ProcessAlive {
		state = JudgeNamed(state, p.Started(), time.Unix(0, pidfile.ID.MTime), d.usedBy(p))
	}
	if err != nil || state == ProcessAlive {
		return p, state
	}
	nested, err := NestedProcesses()
	if err != nil {
		return p, ProcessUnknown
	}
	for _, other := range nested[pidfile.PID] {
		switch d.usedBy(other) {
		case UseSome:
			return other, ProcessAlive
		case UseUnknown:
			state = ProcessUnknown
		}
	}
	return p, state
}
