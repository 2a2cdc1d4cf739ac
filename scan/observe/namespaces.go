package observe

import (
	"path"

	"lockscope/lock/proc"
	"lockscope/scan/pool"
	"lockscope/scan/report"
)

// processNS is a process with the namespaces that it lives in.
type processNS struct {
	pid          int
	mntNS, pidNS string // "" where we may not read it
	err          error
}

// pids lists the processes that can be seen.
func (t *mountTable) pids() []int {
	pids, _ := pool.Call(t.calls, subject{what: "processes"}, func() []int {
		pids, _ := proc.Host.Processes()
		return pids
	})
	return pids
}

// readProcessNamespaces reads two links of every process.
func (t *mountTable) readProcessNamespaces() []processNS {
	return askAll(t.calls, "namespaces", t.pids(), func(pid int) processNS {
		found, task := processNS{pid: pid}, proc.Host.Task(pid)
		found.mntNS, found.err = task.MountNamespace()
		found.pidNS, _ = task.PIDNamespace()
		return found
	}, func(pid int) processNS { return processNS{pid: pid, err: report.ErrNoAnswer} })
}

// namespace is a mount namespace as one of its processes sees it. To a process in a chroot, mountinfo
// shows only the mounts below its root, and their paths begin there.
type namespace struct {
	name   string
	mounts proc.Mounts
	whole  bool           // seen by a process that is not in a chroot
	points map[string]int // index in mounts, by mount point
}

func newNamespace(name string, mounts proc.Mounts) *namespace {
	n := &namespace{name: name, mounts: mounts, points: map[string]int{}}
	for i, m := range mounts {
		n.points[m.Point] = i // the last one covers the others
	}
	return n
}

// mountOf returns the mount that a clean path is on. It does what [proc.Mounts.Find] does, but
// without a search through all mounts.
func (n *namespace) mountOf(name string) (proc.Mount, bool) {
	for p := name; ; p = path.Dir(p) {
		if i, ok := n.points[p]; ok {
			return n.mounts[i], true
		}
		if p == "/" {
			return proc.Mount{}, false
		}
	}
}

// place returns where a clean path leads in the namespace, if it has no links.
func (n *namespace) place(name string) (proc.Place, bool) {
	m, ok := n.mountOf(name)
	if !ok {
		return proc.Place{}, false
	}
	return m.Place(name), true
}

// namespaces reads the mounts of every mount namespace that a visible process lives in, ours first.
// unread is how many could not be read. A process whose namespace cannot be told counts as one.
func (t *mountTable) namespaces() (found []*namespace, unread int) {
	seen := map[string]*namespace{}
	if t.ours != nil {
		ours := newNamespace(t.name, t.ours)
		ours.whole = true
		found, seen[t.name] = append(found, ours), ours
	}
	failed := map[string]bool{}
	for _, who := range t.processNamespaces() {
		if proc.IsGone(who.err) {
			continue
		} else if who.err != nil {
			unread++
			continue
		}
		before := seen[who.mntNS]
		if before != nil && before.whole {
			continue
		}
		view, err := callErr(t.calls, subject{who.pid, "mountinfo"}, func() (*namespace, error) { return readNamespace(who) })
		switch {
		case err != nil:
			failed[who.mntNS] = failed[who.mntNS] || !proc.IsGone(err)
		case before == nil || view.whole:
			seen[who.mntNS] = view
			found = append(found, view)
		}
	}
	for name, reason := range failed {
		if reason && seen[name] == nil {
			unread++
		}
	}
	return found, unread
}

func readNamespace(who processNS) (*namespace, error) {
	task := proc.Host.Task(who.pid)
	root, err := task.Root()
	if err != nil {
		return nil, err
	}
	mounts, err := task.Mounts()
	if err != nil {
		return nil, err
	}
	n := newNamespace(who.mntNS, mounts)
	n.whole = root == "/"
	return n, nil
}
