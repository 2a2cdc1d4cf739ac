package observe

import (
	"path"
	"runtime"
	"sync"
	"sync/atomic"

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

// readProcessNamespaces reads two links of every process: of some at a time, since to ask for each
// alone costs as much again, and on all processors, since everybody waits for it.
func (t *mountTable) readProcessNamespaces() []processNS {
	pids := t.pids()
	all := make([]processNS, len(pids))
	var readers sync.WaitGroup
	var next atomic.Int64
	for range runtime.GOMAXPROCS(0) {
		readers.Go(func() {
			for {
				from := int(next.Add(namespacesAtATime)) - namespacesAtATime
				if from >= len(pids) {
					return
				}
				to := min(from+namespacesAtATime, len(pids))
				copy(all[from:to], t.readNamespacesOf(pids[from:to]))
			}
		})
	}
	readers.Wait()
	return all
}

// readNamespacesOf does so for some processes. Where no answer comes, each is asked for alone: one that
// gives none costs the others nothing.
func (t *mountTable) readNamespacesOf(pids []int) []processNS {
	found, ok := pool.Call(t.calls, subject{pids[0], "namespaces"}, func() []processNS {
		found := make([]processNS, len(pids))
		for i, pid := range pids {
			found[i].pid = pid
			task := proc.Host.Task(pid)
			found[i].mntNS, found[i].err = task.MountNamespace()
			found[i].pidNS, _ = task.PIDNamespace()
		}
		return found
	})
	switch {
	case ok:
		return found
	case len(pids) == 1:
		return []processNS{{pid: pids[0], err: report.ErrNoAnswer}}
	}
	for _, pid := range pids {
		found = append(found, t.readNamespacesOf([]int{pid})...)
	}
	return found
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
