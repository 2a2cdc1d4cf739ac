package doctor

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"lockscope/scan/report"
)

// hostChecks are those that are the same for all roots.
func (f *Facts) hostChecks() []Check {
	return []Check{
		f.leaseCheck(), f.processCheck(), f.hidepidCheck(), f.directoryCheck(), f.pidNamespaceCheck(), f.mountNamespaceCheck(),
		f.tableCheck(), f.inotifyCheck(), f.pidfdCheck(), f.openFilesCheck(), f.memoryCheck(), f.privilegeCheck(), f.auditCheck(),
	}
}

// Who is who this program runs as.
func (f *Facts) Who() string {
	if f.User == "" {
		return fmt.Sprintf("user %d", f.UID)
	}
	return f.User
}

func (f *Facts) leaseCheck() Check {
	const untold = "before nothing has moved there for 2s: only then a flock may tell"
	c := Check{Name: "leases", Text: "CAP_LEASE: a lease tells of every lock that is free, and makes no daemon fail"}
	switch {
	case f.LeasesOff:
		c.Status, c.NotClaimed = Limited, "that a lock is free, "+untold
		c.Text, c.Remedy = "leases are switched off: fs.leases-enable is 0", "sysctl fs.leases-enable=1"
	case !f.anyLease():
		c.Status, c.NotClaimed = Limited, "that the lock of a file of another user is free, "+untold
		c.Text, c.Remedy = "without CAP_LEASE user "+f.Who()+" gets a lease on its own files only", "run as root, or with CAP_LEASE"
		if f.lease() {
			c.Text = "in this user namespace CAP_LEASE counts for nothing: user " + f.Who() + " gets a lease on its own files only"
			c.Remedy = "run in the first user namespace (without unshare -U, podman's or Docker's userns)"
		}
	}
	return c
}

// These are the capabilities (capabilities(7)) in place of root's rights.
func (f *Facts) lease() bool  { return f.Capabilities.Has(unix.CAP_LEASE) }
func (f *Facts) ptrace() bool { return f.Capabilities.Has(unix.CAP_SYS_PTRACE) }

// readSearch reports whether there is CAP_DAC_READ_SEARCH, or CAP_DAC_OVERRIDE, which includes it.
func (f *Facts) readSearch() bool {
	return f.Capabilities.Has(unix.CAP_DAC_READ_SEARCH) || f.Capabilities.Has(unix.CAP_DAC_OVERRIDE)
}

// anyLease reports whether a lease is to be had on other users' files too. The kernel asks for the capability in the
// first user namespace (vfs_setlease in fs/locks.c).
func (f *Facts) anyLease() bool { return f.lease() && !f.InnerUserNS }

func (f *Facts) processCheck() Check {
	s := &f.Sight
	c := Check{
		Name: "processes", Text: "the descriptors of all " + counted(s.Processes, "process", "processes") + " can be read",
		NotClaimed: "who holds a lock, or whether the process that a pidfile names uses its directory, of those",
	}
	switch {
	case s.Processes == 0:
		c.Status, c.Text, c.Remedy = Limited, "/proc shows no process", "mount -t proc proc /proc"
		c.NotClaimed = "that a lock is held, except where a flock tells, and anything of processes"
	case len(s.Closed) > 0:
		c.Status = Limited
		c.Text = fmt.Sprintf("the descriptors of %d of %d processes cannot be read,%s ", len(s.Closed), s.Processes, f.closedNames())
		switch {
		case !f.ptrace():
			c.Text += "without CAP_SYS_PTRACE"
			c.Remedy = "run as root, or with CAP_SYS_PTRACE"
		case f.InnerUserNS:
			c.Text += "though there is CAP_SYS_PTRACE, which counts only in this user namespace"
			c.Remedy = "run in the first user namespace"
		default:
			c.Text += "though there is CAP_SYS_PTRACE"
			c.Remedy = "have what forbids ptrace allow it: a security module (SELinux, AppArmor) or a sandbox"
		}
	default:
		c.NotClaimed = ""
	}
	return c
}

// closedNames has examples of the processes that show nothing, between commas, or all where they are few.
func (f *Facts) closedNames() string {
	names := strings.Join(f.ClosedNames, ", ")
	switch len(f.ClosedNames) {
	case 0:
		return ""
	case len(f.Sight.Closed):
		return " " + names + ","
	}
	return " such as " + names + ","
}

func (f *Facts) hidepidCheck() Check {
	switch {
	case f.HidePID == "":
		return Check{Name: "hidepid", Text: "/proc hides no process"}
	case f.ptrace():
		return Check{Name: "hidepid", Text: "/proc is mounted with hidepid=" + f.HidePID + ", and CAP_SYS_PTRACE sees through it"}
	}
	return Check{
		Name: "hidepid", Status: Limited,
		Text:       "/proc is mounted with hidepid=" + f.HidePID + ": it does not show other users' processes",
		Remedy:     "run as root, with CAP_SYS_PTRACE, or in the group that gid= of that mount names",
		NotClaimed: "what other users' processes are, and which of them hold a lock",
	}
}

func (f *Facts) directoryCheck() Check {
	if f.readSearch() && f.InnerUserNS {
		return Check{
			Name: "directories", Status: Limited,
			Text:       "in this user namespace CAP_DAC_READ_SEARCH counts only for files whose owners are mapped into it (/proc/self/uid_map)",
			Remedy:     "run in the first user namespace",
			NotClaimed: "that there is no data directory below what may not be read",
		}
	}
	if f.readSearch() {
		return Check{Name: "directories", Text: "CAP_DAC_READ_SEARCH: every directory can be entered and read"}
	}
	return Check{
		Name: "directories", Status: Limited,
		Text:       "without CAP_DAC_READ_SEARCH only what user " + f.Who() + " may enter and read is found",
		Remedy:     "run as root, or with CAP_DAC_READ_SEARCH",
		NotClaimed: "that there is no data directory below what may not be read",
	}
}

func (f *Facts) pidNamespaceCheck() Check {
	if f.Sight.Restrictions&report.NestedPIDNS == 0 {
		return Check{Name: "pid-namespace", Text: "the first one: every process of the host has a PID here"}
	}
	name := f.Sight.PIDNamespace
	if name == "" {
		name = "one that cannot be told"
	}
	return Check{
		Name: "pid-namespace", Status: Limited,
		Text:       name + ", as in a container: processes outside of it, and their lines in the lock table, are hidden",
		Remedy:     "run in the host's PID namespace (nsenter -t 1 -p, or --pid=host)",
		NotClaimed: "that a PID which is not to be seen here is gone, or who outside holds a lock",
	}
}

func (f *Facts) mountNamespaceCheck() Check {
	read := counted(f.Sight.MountNamespaces, "mount namespace", "mount namespaces")
	c := Check{Name: "mount-namespace", Text: "that of process 1; the mounts of " + read + " can be read"}
	switch {
	case f.Sight.Mounts == nil:
		c.Status, c.Text, c.Remedy = Limited, "the mount table cannot be read", "mount -t proc proc /proc"
		c.NotClaimed = "which file system a directory is on, or anything that depends on it"
	case f.OtherInit:
		c.Status = Limited
		c.Text = "another one than that of process 1: a root may lead elsewhere, or nowhere, than it does on the host"
		c.Remedy = "run in the host's mount namespace (nsenter -t 1 -m), if the roots are meant as the host sees them"
		c.NotClaimed = "anything of what the host has at these paths"
	case len(f.Sight.Closed) > 0:
		c.Text = "the mounts of " + read + " can be read; those of processes that show nothing (see processes) cannot"
	}
	return c
}

func (f *Facts) tableCheck() Check {
	s := &f.Sight
	c := Check{Name: "lock-table", NotClaimed: "that a lock is held by anybody but the process that its pidfile names, before a flock has told"}
	switch {
	case errors.Is(s.TableErr, os.ErrDeadlineExceeded):
		c.Status, c.Remedy = Limited, "fewer file locks on this host; it is tried again from time to time"
		c.Text = fmt.Sprintf("/proc/locks is too long: given up after %d lines and %s of processor time, in which every flock(2) on the host waits",
			s.TableLines, milliseconds(s.TableTook))
	case s.TableErr != nil:
		c.Status, c.Text, c.Remedy = Limited, "/proc/locks cannot be read: "+s.TableErr.Error(), "mount -t proc proc /proc, or allow it in the sandbox"
	default:
		c.Text = fmt.Sprintf("/proc/locks has %s, and takes %s of processor time, in which every flock(2) on the host waits: read only where nothing else tells",
			counted(s.TableLines, "line", "lines"), milliseconds(s.TableTook))
		c.NotClaimed = ""
	}
	return c
}

// moreFiles is what helps where there are not enough descriptors.
var moreFiles = fmt.Sprintf("ulimit -n %d, or LimitNOFILE= in the unit", wantedFiles)

func (f *Facts) openFilesCheck() Check {
	if f.OpenFiles >= wantedFiles {
		return Check{Name: "open-files", Text: fmt.Sprintf("%d descriptors may be open", f.OpenFiles)}
	}
	return Check{
		Name: "open-files", Status: Limited,
		Text:   fmt.Sprintf("only %d descriptors may be open: walks are slower, fewer processes' ends are told, and what no descriptor is left for is not read", f.OpenFiles),
		Remedy: moreFiles,
	}
}

func (f *Facts) memoryCheck() Check {
	if f.Memory == 0 {
		return Check{Name: "memory", Text: "not limited"}
	}
	c := Check{Name: "memory", Text: fmt.Sprintf("limited to %d MiB, where there is room for %d data directories", f.Memory>>20, f.MostDirs)}
	if f.MostDirs < fewDirs {
		c.Status = Limited
		c.Remedy, c.NotClaimed = "a higher limit: GOMEMLIMIT where it is set, else that of the cgroup (MemoryMax= in the unit)", "anything of the directories beyond that, which are left out"
	}
	return c
}

func (f *Facts) auditCheck() Check {
	switch {
	case f.Audit.Off:
		return Check{Name: "audit-log", Text: "not needed: no break is offered (--read-only)"}
	case f.Audit.Err != nil:
		return Check{
			Name: "audit-log", Status: Limited, Text: "cannot be written, so no stale lock is broken: " + f.Audit.Err.Error(),
			Remedy: "another file with --audit-log, or --read-only",
		}
	}
	return Check{Name: "audit-log", Text: "can be written"}
}

func (f *Facts) privilegeCheck() Check {
	needed := f.Capabilities.ForLooking()
	names := cmp.Or(strings.Join(needed.LookingNames(), ", "), "none")
	extra := f.Capabilities &^ needed
	c := Check{Name: "privileges", Text: "no capability but those for looking is had: " + names}
	if extra != 0 {
		c.Text = counted(extra.Len(), "capability is", "capabilities are") + " had beside those for looking"
		if f.Kept != nil {
			c.Text += ": " + f.Kept.Error()
		}
	}
	return c
}

// milliseconds is a short time, such as 0.4ms.
func milliseconds(d time.Duration) string {
	return fmt.Sprintf("%.1fms", float64(d)/float64(time.Millisecond))
}
