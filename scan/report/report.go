package report

import (
	"strings"
	"time"

	"lockscope/lock"
)

// Verdict is what the evidence amounts to.
type Verdict struct {
	State   State
	Reasons Reasons
}

// Report is one data directory as it was last seen. It never changes once it is published: a new look
// makes a new Report. So it may be read concurrently.
type Report struct {
	Host     string // the host that it is on, where several are watched; else empty. See Key
	Root     string // absolute path of the root it was found below
	Path     string // absolute path, untrusted: escape before printing. Empty in the report on a host: see LostHost
	Evidence Evidence
	Verdict  Verdict
	Checking bool      // it awaits a second look: until then it is neither healthy nor a problem
	Observed time.Time // when the evidence was gathered
	Since    Since     // how long the state has been so

	// Seen is the evidence as the sender saw it: it goes back to the sender for a break. Nil in a report that
	// was not decoded, or is not on a stale lock. The paths and numbers in it mean nothing on this host.
	Seen *lock.Evidence

	received *sentences // what its sender says of it; nil in a report that was not decoded
}

// WasSeen returns the evidence that a break rests on: Seen, or what was seen on this host.
func (r *Report) WasSeen() *lock.Evidence {
	if r.Seen != nil {
		return r.Seen
	}
	return &r.Evidence.Evidence
}

// Key is what a directory is known by among those of all hosts: as scp(1) writes it, web-01:/srv/kv, or the path
// alone where Host is empty. The key of a host itself is its name.
func (r *Report) Key() string { return Key(r.Host, r.Path) }

// Key returns the key of the directory with this path on a host.
func Key(host, path string) string {
	if host == "" || path == "" { // as on most screens: no new string
		return host + path
	}
	return host + ":" + path
}

// SplitKey returns the host and the path that a key was made of. No name of a host has a slash in it.
func SplitKey(key string) (host, path string) {
	if i := strings.IndexByte(key, '/'); i > 0 {
		return strings.TrimSuffix(key[:i], ":"), key[i:]
	} else if i == 0 {
		return "", key
	}
	return key, ""
}

// Keeper returns the process that the row of a directory is about, or nil if there is none. It is the
// first of these that there is:
//
//   - the holder that the pidfile names
//   - the holder that took the lock
//   - the first holder
//   - the first holder of a former lock file of the directory
//   - a process with a lock of another kind on the lock file
//   - the process that the pidfile names, if it is alive or nothing is known of it
func (r *Report) Keeper() *Process {
	ev := &r.Evidence
	if p := ev.NamedHolder(); p != nil {
		return p
	}
	var keeper, former *Process
	for _, h := range ev.Holders {
		switch {
		case h.Deleted && former == nil:
			former = h.Process
		case h.Deleted:
		case keeper == nil || h.Process.PID == ev.Locker:
			keeper = h.Process
		}
	}
	if keeper == nil {
		keeper = former
	}
	for _, o := range ev.Openers {
		if keeper == nil && o.OtherLock {
			keeper = o.Process
		}
	}
	if keeper == nil && (ev.Process == lock.ProcessAlive || ev.Process == lock.ProcessUnknown) {
		keeper = ev.Owner
	}
	return keeper
}

// Breakable reports whether a stale-break may be offered.
func (r *Report) Breakable() bool { return r.Verdict.State == Stale && !r.Checking }
