package observe

import (
	"os"
	"slices"

	"lockscope/lock/proc"
)

// ownMounts are the mounts of this program, and its namespaces. They never change.
type ownMounts struct {
	mounts proc.Mounts // nil where they could not be read: then no place is known, and nothing that depends on one is concluded
	name   string      // of the mount namespace
	pidNS  string      // the PID namespace
}

func readOwnMounts(calls *calls) *ownMounts {
	pid := os.Getpid()
	own := &ownMounts{}
	own.pidNS, _ = callErr(calls, subject{pid, "PID namespace"}, proc.Host.Self().PIDNamespace)
	own.name, _ = callErr(calls, subject{pid, "mount namespace"}, proc.Host.Self().MountNamespace)
	own.mounts, _ = callErr(calls, subject{pid, "mounts"}, proc.Host.Self().Mounts)
	if own.name == "" {
		own.mounts = nil
	}
	return own
}

// ReadMounts reads this program's mounts, to be used by every session that begins before the next call. So
// whoever calls it is told when they change, and calls it again then. It reports whether they have changed in
// a way that may matter below the roots, which are given by their kernel's names. It may be called
// concurrently with everything but itself.
func (o *Observer) ReadMounts(roots []string) (changed bool) {
	before, now := o.own.Load(), readOwnMounts(o.calls)
	if now.mounts == nil { // each session tries again
		o.own.Store(nil)
		return true
	}
	o.own.Store(now)
	return before == nil || mayMatter(before.mounts, now.mounts, roots)
}

// mayMatter reports whether some mount has come, gone or changed that is above a root or below it. Where
// containers come and go, most are neither. An overlay elsewhere may have layers below a root; but only what
// is observed afresh asks for those.
func mayMatter(before, now proc.Mounts, roots []string) bool {
	differs := func(some, others proc.Mounts) bool {
		known := make(map[proc.Mount]bool, len(others))
		for _, m := range others {
			known[m] = true
		}
		return slices.ContainsFunc(some, func(m proc.Mount) bool {
			leads := func(root string) bool { return proc.Within(root, m.Point) || proc.Within(m.Point, root) }
			return !known[m] && slices.ContainsFunc(roots, leads)
		})
	}
	return differs(before, now) || differs(now, before)
}
