package doctor

import (
	"context"
	"fmt"
	"os"
	"os/user"

	"golang.org/x/sys/unix"

	"lockscope/lock/proc"
	"lockscope/scan"
	"lockscope/scan/notify"
	"lockscope/scan/observe"
	"lockscope/scan/pool"
	"lockscope/scan/repair"
	"lockscope/scan/report"
)

// Config says what is examined.
type Config struct {
	Scan  scan.Config      // with a Timeout
	Audit *repair.AuditLog // nil where no break is offered
	Kept  error            // why capabilities were kept that looking does not need; nil if none were
}

// Examine gathers the facts, of one root after the other. A file system that hangs costs its root the time limit of
// the scan. The error is ctx's.
func Examine(ctx context.Context, cfg Config) (*Facts, error) {
	e := &examiner{cfg: cfg, calls: pool.NewCalls[string](cfg.Scan.Timeout)}
	e.session = observe.New(observe.Config{Names: cfg.Scan.Names, Probe: cfg.Scan.Probe, Timeout: cfg.Scan.Timeout}).Begin()
	e.host()
	for _, path := range cfg.Scan.Roots {
		if err := e.root(ctx, path); err != nil {
			return nil, err
		}
	}
	return &e.facts, nil
}

// examiner gathers facts.
type examiner struct {
	cfg     Config
	calls   *pool.Calls[string] // for what may hang, by what it is about
	session *observe.Session
	facts   Facts
}

// host gathers what is the same for all roots.
func (e *examiner) host() {
	f := &e.facts
	var name unix.Utsname
	if unix.Uname(&name) == nil {
		f.Kernel = unix.ByteSliceToString(name.Release[:])
	}
	f.UID = os.Geteuid()
	if u, err := user.Current(); err == nil {
		f.User = u.Username
	}
	own, _ := proc.OwnCapabilities()
	f.Capabilities, f.Kept = own.Effective, e.cfg.Kept
	namespace, err := proc.Host.Self().UserNamespace()
	f.InnerUserNS = err == nil && namespace != proc.InitUserNamespace
	f.Probe = e.cfg.Scan.Probe
	enabled, err := proc.Host.Sysctl("fs/leases-enable")
	f.LeasesOff = err == nil && enabled == 0

	f.Sight = e.session.Sight()
	f.ClosedNames = programs(f.Sight.Closed)
	if m, ok := f.Sight.Mounts.Find(string(proc.Host)); ok && m.FSType == "proc" {
		f.HidePID = m.HidePID()
	}
	first, err := proc.Host.Task(1).MountNamespace()
	ours, err2 := proc.Host.Self().MountNamespace()
	f.OtherInit = err == nil && err2 == nil && first != ours

	f.Events = events(e.cfg.Scan.MostWatches())
	var files unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_NOFILE, &files) == nil {
		f.OpenFiles = files.Cur
	}
	f.Memory, f.MostDirs = e.cfg.Scan.Memory, e.cfg.Scan.MostDirs()
	f.Audit.Off = e.cfg.Audit == nil
	if !f.Audit.Off {
		var answered bool
		f.Audit.Err, answered = pool.Call(e.calls, "audit log", e.cfg.Audit.Check)
		if !answered {
			f.Audit.Err = report.ErrNoAnswer
		}
	}
}

// programs names some of these processes. Threads of the kernel have no arguments and hold no lock, and are not among them.
func programs(pids []int) (names []string) {
	for _, pid := range pids {
		if len(names) == mostNames {
			break
		}
		if task := proc.Host.Task(pid); len(task.Arguments()) > 0 {
			names = append(names, fmt.Sprintf("%d (%s)", pid, task.Comm()))
		}
	}
	return names
}

// events finds out which events the kernel gives to who watches so many directories at most, or 0. It watches nothing.
func events(most int) (ev Events) {
	source, err := notify.New(notify.Config{Counts: func(string) bool { return false }, Watches: most})
	if ev.Err = err; err == nil {
		ev.Stats = source.Stats()
		source.Close()
	}
	if ev.MaxWatches, err = proc.Host.Sysctl("fs/inotify/max_user_watches"); err != nil {
		ev.MaxWatches = -1
	}
	// In a user namespace another limit counts too (namespaces(7)).
	if n, err := proc.Host.Sysctl("user/max_inotify_watches"); err == nil && (n < ev.MaxWatches || ev.MaxWatches < 0) {
		ev.MaxWatches = n
	}
	fd, err := unix.PidfdOpen(os.Getpid(), 0)
	if ev.PidfdErr = os.NewSyscallError("pidfd_open", err); err == nil {
		unix.Close(fd)
	}
	return ev
}
