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
	if ev.Pidfile.State == PidfileNamed {
		_, ev.Process = d.named(ev.Pidfile, ev.Lock.State == LockHeld)
	}
	return ev
}

// named says what became of the process that the pidfile names. Where the lock is
// held, a live process is taken for the one that was meant.
func (d Dir) named(pidfile Pidfile, held bool) (Process, ProcessState) {
	p, state, err := FindProcess(pidfile.PID)
	if err != nil || state != ProcessAlive || held {
		return p, state
	}
	return p, JudgeNamed(state, p.Started(), time.Unix(0, pidfile.ID.MTime), d.UsedBy(p))
}
