package scan

import (
	"lockscope/lock"
	"lockscope/scan/find"
	"lockscope/scan/observe"
	"lockscope/scan/report"
)

// visitor looks at the data directories that a walk comes by.
type visitor struct{ round *round }

// Look looks at a directory, unless it is known and unchanged.
func (v visitor) Look(root *find.Root, path string, d lock.Dir, file lock.LockFile) seen {
	p := v.round.planFor(path)
	if p.before != nil && file.ID == p.before.Evidence.Lock.ID && v.round.isUnchanged(d, p) {
		return seen{}
	}
	return v.round.observe(root.Path, path, d, file, observe.Options{Previous: p.evidence()})
}

// Found takes in a look. One that was put off is made after the walk.
func (v visitor) Found(root *find.Root, path string, s seen) {
	r := v.round
	switch {
	case s.report != nil:
		r.take(s.report)
	case s.putOff:
		r.putOffLook(root, path)
	default:
		r.cameBy(path)
	}
}

// Lost reports a data directory that gives no answer, if it is known to be one.
func (v visitor) Lost(root *find.Root, path string, isData bool) {
	r := v.round
	if before := r.planFor(path).before; isData || before != nil {
		r.lose(root.Path, path, before, report.NoAnswer(r.m.cfg.Timeout))
	}
}

func (v visitor) Failed(err report.PathError) { v.round.m.fail(err) }

// cameBy notes that the walk found a directory unchanged.
func (r *round) cameBy(path string) {
	r.m.mu.Lock()
	defer r.m.mu.Unlock()
	if rec := r.m.records.find(path); rec != nil {
		rec.walk = max(rec.walk, r.walk)
	}
}

// putOffLook leaves a directory for after the walk, where all that are known are looked at anyway.
func (r *round) putOffLook(root *find.Root, path string) {
	p := r.planFor(path)
	if p.before != nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.putOff = append(r.putOff, &look{round: r, root: root, path: path, plan: p})
}
