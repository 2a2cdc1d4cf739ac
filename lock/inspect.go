package lock

import (
	"time"

	"lockscope/lock/proc"
)

// Inspect gathers the evidence on one directory. It asks for the lock by a lease, which refuses no
// daemon: see [Dir.LeaseSeen]. If the lease does not tell, it asks by a flock: see [Dir.ProbeLock]
// for what that costs a daemon.
//
// What could not be found out is unknown in the evidence, with its error there. Inspect itself fails
// only if the directory cannot be opened.
func Inspect(dir string) (Evidence, error) { return DefaultNames.Inspect(dir) }

// Inspect does what the function Inspect does, for files of these names.
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
		ev.Lock, ev.Alone = d.probe()
		// If the pidfile changed meanwhile, the two were never so at the same time: look again.
		if d.isPidfile(ev.Pidfile.ID) {
			break
		}
	}
	if ev.Lock.State != LockHeld || ev.Pidfile.State != PidfileNamed {
		ev.Temps, _ = d.Temps()
	}
	switch {
	case ev.Pidfile.State != PidfileNamed:
	case ev.Lock.State == LockHeld:
		_, state, _ := proc.Host.Find(ev.Pidfile.PID)
		ev.Process = ProcessState(state)
	default:
		_, ev.Process, ev.Another = d.judge(ev.Pidfile)
	}
	return ev
}

// probe finds out the state of the lock by a lease, or else by a flock. alone means that a lease was
// granted.
func (d Dir) probe() (l LockFile, alone bool) {
	seen := d.LockFile()
	if seen.State == LockMissing || seen.Err != nil {
		return seen, false
	}
	if l := d.LeaseSeen(seen); l.State == LockFree && d.leasesProve() || l.State == LockMissing {
		return l, l.State == LockFree
	}
	return d.ProbeSeen(seen), false
}

// judge says what became of the process that the pidfile of a free lock names, and which process
// has its PID. See JudgeNamed.
//
// A daemon in a container writes the PID of its own PID namespace. So a process that has the PID in
// another namespace, and uses the directory, is looked for before the PID is looked up here.
//
// A process that does not use this directory may have it under another path, which this kernel does
// not connect with it. If it holds the lock of such a directory, it is alive, and that directory is
// returned: see Another.
func (d Dir) judge(pidfile Pidfile) (p proc.Process, state ProcessState, another string) {
	nested, err := proc.Host.Nested()
	unseen := err != nil
	for _, other := range nested[pidfile.PID] {
		switch d.usedFor(other, pidfile) {
		case UseSome:
			return other, ProcessAlive, ""
		case UseUnknown:
			unseen = true
		}
		held, err := d.names.HeldBy(other)
		if another := d.Another(held, pidfile); another != "" {
			return other, ProcessAlive, another
		}
		unseen = unseen || err != nil
	}
	p, found, err := proc.Host.Find(pidfile.PID)
	if state = ProcessState(found); err == nil && state == ProcessAlive {
		state = JudgeNamed(state, p.Started(), time.Unix(0, pidfile.ID.MTime), d.usedFor(p, pidfile))
	}
	if state == ProcessUnrelated {
		held, err := d.names.HeldBy(p)
		if another := d.Another(held, pidfile); another != "" {
			return p, ProcessAlive, another
		}
		unseen = unseen || err != nil
	}
	if err == nil && state != ProcessAlive && unseen {
		state = ProcessUnknown
	}
	return p, state, ""
}

// usedFor says whether the process that a pidfile names uses the directory, or one that it started.
func (d Dir) usedFor(p proc.Process, pidfile Pidfile) Use {
	use := func(pid int) Use { return d.usedBy(proc.Process{PID: pid}) }
	return NamedUse(p.PID, p.Started(), time.Unix(0, pidfile.ID.MTime), proc.Host.Children, use)
}
