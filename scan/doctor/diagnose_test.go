package doctor

import (
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"lockscope/lock/proc"
	"lockscope/scan/notify"
	"lockscope/scan/observe"
	"lockscope/scan/report"
)

// The capabilities that looking needs.
const (
	lease      proc.Capabilities = 1 << unix.CAP_LEASE
	ptrace     proc.Capabilities = 1 << unix.CAP_SYS_PTRACE
	readSearch proc.Capabilities = 1 << unix.CAP_DAC_READ_SEARCH
)

// allIsWell are the facts of a host, seen by its root, with a root on which nothing is wrong.
func allIsWell() *Facts {
	return &Facts{
		User: "root", Capabilities: lease | ptrace | readSearch, OpenFiles: 1 << 20,
		Sight:  observe.Sight{Processes: 300, MountNamespaces: 3, Mounts: proc.Mounts{{Point: "/"}}, TableLines: 40, TableTook: time.Millisecond},
		Events: Events{MaxWatches: 400, Stats: notify.Stats{MostWatched: 100, MostFollowed: 100}},
		Roots: []Root{{
			Path: "/srv", Mount: proc.Mount{FSType: "ext4", Point: "/"}, Dirs: 3, NoLock: 1,
			Established: map[report.Source]int{report.SourceFdinfo: 1, report.SourceLease: 1},
			Why:         map[report.Reason]int{},
			Watched:     &report.Watched{Dirs: 3, Passed: 2, Processes: 1},
		}},
	}
}

// find returns the check of a name.
func find(t *testing.T, d *Diagnosis, name string) Check {
	t.Helper()
	checks := d.Host
	for _, r := range d.Roots {
		checks = append(checks[:len(checks):len(checks)], r.Checks...)
	}
	for _, c := range checks {
		if c.Name == name {
			return c
		}
	}
	t.Fatalf("there is no check %s in %+v", name, d)
	return Check{}
}

func TestAllIsWell(t *testing.T) {
	d := Diagnose(allIsWell())
	if n := d.Counts(); d.Status() != OK || n[OK] != 19 || n[Limited]+n[Failed] != 0 {
		t.Errorf("%v: %+v", n, d)
	}
	for _, c := range append(d.Host, d.Roots[0].Checks...) {
		if c.Text == "" || c.Remedy+c.NotClaimed != "" {
			t.Errorf("%+v", c)
		}
	}
	if got, want := find(t, d, "locks").Text, "1 by the descriptor of its holder, 1 by a lease, 1 without a lock file: no flock is needed"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// Each thing that is missing limits one check, which says so, what is not claimed for it, and what would help.
func TestDiagnose(t *testing.T) {
	for name, test := range map[string]struct {
		spoil               func(*Facts, *Root)
		check, text, remedy string
		status              Status // Limited unless it is another
		alsoLimited         string // other checks
	}{
		"leases off":     {func(f *Facts, r *Root) { f.LeasesOff = true }, "leases", "fs.leases-enable is 0", "fs.leases-enable=1", Limited, "locks"},
		"no CAP_LEASE":   {func(f *Facts, r *Root) { f.Capabilities &^= lease }, "leases", "user root gets a lease on its own files only", "CAP_LEASE", Limited, ""},
		"user namespace": {func(f *Facts, r *Root) { f.InnerUserNS = true }, "leases", "counts for nothing", "first user namespace", Limited, "directories"},
		"fewer watches than directories": {func(f *Facts, r *Root) { f.Events.MaxWatches, f.Events.Stats.MostWatched = 8, 2 },
			"inotify", "2 directories are watched at most, a quarter of what the host allows, and there are 3 data directories", "fs.inotify.max_user_watches=12", Limited, ""},
		"less memory than directories": {func(f *Facts, r *Root) { f.Events.Stats.MostWatched = 2 },
			"inotify", "2 directories are watched at most, for which there is memory (see memory), and there are 3 data directories", "higher limit", Limited, ""},
		"fewer watches in a user namespace": {func(f *Facts, r *Root) { f.Events.MaxWatches, r.Watched.Dirs = 8, 9 },
			"inotify", "8 directories are watched at most, all that this user namespace allows, and there are 9 data directories", "user.max_inotify_watches=36", Limited, ""},
		"enough watches in a user namespace": {func(f *Facts, r *Root) { f.Events.MaxWatches = 50 },
			"inotify", "50 directories are watched at most, all that this user namespace allows", "", OK, ""},
		"directories that are not watched anyway": {func(f *Facts, r *Root) { f.Events.Stats.MostWatched, r.Mount.FSType = 2, "nfs4"; r.Watched.Dirs = 0 },
			"inotify", "2 directories are watched at most, for which there is memory (see memory)", "", OK, "locks"},
		"no CAP_LEASE, and flocks": {func(f *Facts, r *Root) {
			f.Capabilities &^= lease
			r.Established = map[report.Source]int{report.SourceProbe: 2}
		}, "locks", "2 by a flock, 1 without a lock file: there is no lease", "CAP_LEASE", Limited, "leases"},
		"others' processes": {func(f *Facts, r *Root) { f.Capabilities &^= ptrace; f.Sight.Closed = make([]int, 280) }, "processes", "280 of 300 processes", "CAP_SYS_PTRACE", Limited, ""},
		"others' processes, by name": {func(f *Facts, r *Root) {
			f.Capabilities &^= ptrace
			f.Sight.Closed, f.ClosedNames = make([]int, 280), []string{"812 (sshd)", "901 (kvd)"}
		}, "processes", "280 of 300 processes cannot be read, such as 812 (sshd), 901 (kvd), without CAP_SYS_PTRACE", "CAP_SYS_PTRACE", Limited, ""},
		"one process, by name": {func(f *Facts, r *Root) {
			f.Capabilities &^= ptrace
			f.Sight.Closed, f.ClosedNames = []int{812}, []string{"812 (sshd)"}
		}, "processes", "1 of 300 processes cannot be read, 812 (sshd), without CAP_SYS_PTRACE", "CAP_SYS_PTRACE", Limited, ""},
		"processes nobody may see": {func(f *Facts, r *Root) { f.Sight.Closed = []int{1} }, "processes", "though there is CAP_SYS_PTRACE", "SELinux", Limited, ""},
		"processes of another user namespace": {func(f *Facts, r *Root) {
			f.InnerUserNS, f.Sight.Closed = true, []int{1}
		}, "processes", "though there is CAP_SYS_PTRACE", "first user namespace", Limited, "leases directories"},
		"no /proc":               {func(f *Facts, r *Root) { f.Sight.Processes = 0 }, "processes", "shows no process", "mount -t proc", Limited, ""},
		"hidepid":                {func(f *Facts, r *Root) { f.Capabilities &^= ptrace; f.HidePID = "invisible" }, "hidepid", "hidepid=invisible", "gid=", Limited, ""},
		"hidepid, seen through":  {func(f *Facts, r *Root) { f.HidePID = "2" }, "hidepid", "sees through", "", OK, ""},
		"no CAP_DAC_READ_SEARCH": {func(f *Facts, r *Root) { f.Capabilities &^= readSearch }, "directories", "only what user root may", "CAP_DAC_READ_SEARCH", Limited, ""},
		"PID namespace": {func(f *Facts, r *Root) {
			f.Sight.Restrictions, f.Sight.PIDNamespace = report.NestedPIDNS, "pid:[7]"
		}, "pid-namespace", "pid:[7]", "--pid=host", Limited, ""},
		"mount namespace": {func(f *Facts, r *Root) { f.OtherInit = true }, "mount-namespace", "another one than that of process 1", "nsenter -t 1 -m", Limited, ""},
		"no mount table":  {func(f *Facts, r *Root) { f.Sight.Mounts = nil }, "mount-namespace", "cannot be read", "mount -t proc", Limited, ""},
		"long table":      {func(f *Facts, r *Root) { f.Sight.TableErr = os.ErrDeadlineExceeded }, "lock-table", "too long: given up after 40 lines and 1.0ms", "fewer", Limited, ""},
		"no table":        {func(f *Facts, r *Root) { f.Sight.TableErr = fs.ErrNotExist }, "lock-table", "cannot be read: file does not exist", "sandbox", Limited, ""},
		"no inotify": {func(f *Facts, r *Root) {
			f.Events.Stats.InotifyErr = os.NewSyscallError("inotify_init1", unix.EMFILE)
		}, "inotify", "inotify_init1: too many open files", "max_user_instances", Limited, ""},
		"no watches":      {func(f *Facts, r *Root) { f.Events.MaxWatches = 0 }, "inotify", "is 0", "max_user_watches", Limited, ""},
		"no pidfds":       {func(f *Facts, r *Root) { f.Events.PidfdErr = unix.ENOSYS }, "pidfd", "function not implemented", "5.3", Limited, ""},
		"few descriptors": {func(f *Facts, r *Root) { f.OpenFiles = 64 }, "open-files", "only 64", "ulimit -n 1024", Limited, ""},
		"little memory":   {func(f *Facts, r *Root) { f.Memory, f.MostDirs = 64<<20, 3000 }, "memory", "64 MiB, where there is room for 3000", "GOMEMLIMIT where it is set", Limited, ""},
		"more privileges": {func(f *Facts, r *Root) {
			f.Capabilities |= 1 << unix.CAP_SYS_ADMIN
			f.Kept = errors.New("ssh is started")
		}, "privileges", "1 capability is had beside those for looking: ssh is started", "", OK, ""},
		"fewer privileges": {func(f *Facts, r *Root) { f.Capabilities &^= ptrace }, "privileges", "but those for looking is had: CAP_DAC_READ_SEARCH, CAP_LEASE", "", OK, ""},
		"no audit log":     {func(f *Facts, r *Root) { f.Audit.Err = fs.ErrPermission }, "audit-log", "permission denied", "--audit-log", Limited, ""},
		"no breaks":        {func(f *Facts, r *Root) { f.Audit = Audit{true, fs.ErrPermission} }, "audit-log", "--read-only", "", OK, ""},
		"no such root":     {func(f *Facts, r *Root) { r.Err = fs.ErrNotExist }, "root", "file does not exist", "mounted there", Failed, ""},
		"a forbidden root": {func(f *Facts, r *Root) { r.Err = fs.ErrPermission }, "root", "permission denied", "CAP_DAC", Failed, ""},
		"a file":           {func(f *Facts, r *Root) { r.Err = unix.ENOTDIR }, "root", "not a directory", "path of a directory", Failed, ""},
		"a dead server":    {func(f *Facts, r *Root) { r.Err = unix.ENOTCONN }, "root", "not connected", "ext4, mounted on /", Failed, ""},
		"a hung root": {func(f *Facts, r *Root) {
			r.Err, r.Mount = report.NoAnswer(5*time.Second), proc.Mount{FSType: "nfs4", Point: "/srv"}
		}, "root", "no answer in 5s from nfs4, mounted on /srv", "umount -l", Failed, ""},
		"nothing there": {func(f *Facts, r *Root) { r.Dirs = 0 }, "root", "no data directory", "disk", Limited, ""},
		"unreadable": {func(f *Facts, r *Root) {
			r.ErrorCount, r.Errors = 2, []report.PathError{{Err: errors.New("open /srv/a: permission denied")}}
		}, "readable", "2 directories could not be read: open /srv/a: permission denied; and others", "", Limited, ""},
		"out of descriptors": {func(f *Facts, r *Root) {
			r.ErrorCount, r.Errors = 1, []report.PathError{{Err: &fs.PathError{Op: "open", Path: "/srv/a", Err: unix.EMFILE}}}
		}, "readable", "1 directory could not be read: open /srv/a: too many open files", "ulimit -n 1024", Limited, ""},
		"no descriptor for a root": {func(f *Facts, r *Root) { r.Err = unix.EMFILE }, "root", "too many open files", "ulimit -n 1024", Failed, ""},
		"flock":                    {func(f *Facts, r *Root) { f.Probe = observe.ProbeFlock }, "locks", "a daemon that starts", "--probe=auto", Limited, ""},
		"no probe":                 {func(f *Facts, r *Root) { f.Probe = observe.ProbeNever }, "locks", "--probe=never", "--probe=auto", Limited, ""},
		"network":                  {func(f *Facts, r *Root) { r.Mount.FSType = "nfs4" }, "locks", "no lease proves anything on nfs4", "on the host", Limited, ""},
		"unknown": {func(f *Facts, r *Root) {
			r.NoLock = 0
			r.count(report.Reasons(0).With(report.Permission).With(report.PIDAlive))
		}, "locks", "1 unknown (pid-alive 1, permission 1)", "", Limited, ""},
		"unknown for an error": {func(f *Facts, r *Root) {
			r.NoLock = 0
			r.count(report.Reasons(0).With(report.IOError))
		}, "locks", "1 unknown (io-error 1)", "dmesg", Limited, ""},
		"unknown for want of permission": {func(f *Facts, r *Root) {
			f.Capabilities &^= readSearch
			r.NoLock = 0
			r.count(report.Reasons(0).With(report.Permission))
		}, "locks", "1 unknown (permission 1)", "CAP_DAC_READ_SEARCH", Limited, "directories"},
		"unknown in two ways": {func(f *Facts, r *Root) {
			f.Probe, r.NoLock = observe.ProbeNever, 0
			r.count(report.Reasons(0).With(report.IOError))
		}, "locks", "1 unknown (io-error 1)", "no daemon fail; look what the kernel says", Limited, ""},
		"unknown by itself": {func(f *Facts, r *Root) {
			r.NoLock = 0
			r.count(report.Reasons(0).With(report.LockfileNotRegular))
		}, "locks", "1 unknown (lockfile-not-regular 1)", "", OK, ""},
		"in a layer":    {func(f *Facts, r *Root) { r.Overlay, r.InLayers = "/merged", 1 }, "layers", "1 data directory is in a layer of the overlay on /merged", "/merged", Limited, ""},
		"on an overlay": {func(f *Facts, r *Root) { r.Mount.FSType = "overlay" }, "layers", "locks of their own", "", Limited, ""},
		"may hang":      {func(f *Facts, r *Root) { r.MayHang = []string{"/srv/a", "/srv/b", "/srv/c", "/srv/d"} }, "answers", "/srv/a, /srv/b, /srv/c and 1 other", "", OK, ""},
		"hangs":         {func(f *Facts, r *Root) { r.Silent, r.MayHang = 1, []string{"/srv/a"} }, "answers", "1 directory gave no answer in time", "--exclude", Limited, ""},
		"polled": {func(f *Facts, r *Root) {
			r.Watched = &report.Watched{Dirs: 1, Polled: map[report.PolledBecause]int{report.PolledNoSpace: 2}}
		}, "watched", "1 of 3 data directories, 0 above them, and 0 processes; 2 are polled", "user.max_inotify_watches", Limited, ""},
	} {
		t.Run(name, func(t *testing.T) {
			f := allIsWell()
			test.spoil(f, &f.Roots[0])
			d := Diagnose(f)
			c := find(t, d, test.check)
			if c.Status != test.status || !strings.Contains(c.Text, test.text) || !strings.Contains(c.Remedy, test.remedy) || (c.Remedy != "") != (test.remedy != "") {
				t.Errorf("%+v", c)
			}
			if test.status == Failed && c.NotClaimed == "" {
				t.Errorf("%+v", c)
			}
			for _, other := range append(d.Host, d.Roots[0].Checks...) {
				also := slices.Contains(strings.Fields(test.alsoLimited), other.Name)
				if want := other.Name == test.check || also; !want && other.Status != OK {
					t.Errorf("%s too: %+v", other.Name, other)
				} else if also && other.Status != Limited {
					t.Errorf("not %+v", other)
				}
			}
		})
	}
}
