package observe

import (
	"path"

	"lockscope/lock/proc"
	"lockscope/scan/pool"
	"lockscope/scan/report"
)

// inhabitant is a process with the namespaces it lives in.
type inhabitant struct {
	pid          int
	mntNS, pidNS string // "" where that is not for us to know
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

// askEverybody reads two links of every process.
func (t *mountTable) askEverybody() []inhabitant {
	pids := t.pids()
	all := make([]inhabitant, 0, len(pids))
	for _, pid := range pids {
		who, ok := pool.Call(t.calls, subject{pid, "namespaces"}, func() inhabitant {
			who, task := inhabitant{pid: pid}, proc.Host.Task(pid)
			who.mntNS, who.err = task.MountNamespace()
			who.pidNS, _ = task.PIDNamespace()
			return who
		})
		if !ok {
			who = inhabitant{pid: pid, err: report.ErrNoAnswer}
		}
		all = append(all, who)
	}
	return all
}

// namespace is what there is of a mount namespace: its mounts, by what the processes that live in
// it call their root. To one in a chroot mountinfo shows only what is below.
type namespace struct {
	name   string
	mounts proc.Mounts
	whole  bool // seen from its root
	points map[string]int
}

func newNamespace(name string, mounts proc.Mounts) *namespace {
	n := &namespace{name: name, mounts: mounts, points: map[string]int{}}
	for i, m := range mounts {
		n.points[m.Point] = i // the last covers the others
	}
	return n
}

// mountOf returns the mount that a clean path is on, as [proc.Mounts.Find] does, but sooner.
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

// place is where a clean path leads in the namespace, its links apart.
func (n *namespace) place(name string) (proc.Place, bool) {
	m, ok := n.mountOf(name)
	if !ok {
		return proc.Place{}, false
	}
	return m.Place(name), true
}

// namespaces reads the mounts of every mount namespace that a visible process lives in, ours first, and says
// of how many that was not possible. A process whose namespace cannot be told counts as one.
func (t *mountTable) namespaces() (found []*namespace, unread int) {
	seen := map[string]*namespace{}
	if t.ours != nil {
		ours := newNamespace(t.name, t.ours)
		ours.whole = true
		found, seen[t.name] = append(found, ours), ours
	}
	failed := map[string]bool{}
	for _, who := range t.everybody() {
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
		view, err := askOrFail(t.calls, subject{who.pid, "mountinfo"}, func() (*namespace, error) { return readNamespace(who) })
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

func readNamespace(who inhabitant) (*namespace, error) {
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
