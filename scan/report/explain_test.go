package report

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"lockscope/lock"
)

// process is a live process of a command line.
func aProcess(pid int, command string) *Process {
	return &Process{PID: pid, NSPID: pid, Command: command}
}

var (
	kvd       = aProcess(namedPID, "/usr/bin/kvd --data /srv/kv")
	rival     = aProcess(takerPID, "kvd --data /srv/kv")
	logrotate = aProcess(heirPID, "/usr/sbin/logrotate /etc/logrotate.conf")
	backup    = aProcess(9035, "backup --full")
	contained = &Process{PID: 9036, NSPID: namedPID, Command: "kvd"}
	// aContainers is the first process of one.
	aContainers = &Process{PID: 9040, NSPID: 1, Command: "/sbin/tini -- kvd"}
)

// evidence has a lock in one state, and a pidfile that names kvd in another.
func evidence(l lock.LockState, process lock.ProcessState, holders ...Holder) Evidence {
	ev := Evidence{Holders: holders, Locker: namedPID}
	ev.Lock.State = l
	ev.Pidfile = lock.Pidfile{State: lock.PidfileNamed, PID: namedPID, Text: "8121\n"}
	ev.Process = process
	if process != lock.ProcessGone {
		ev.Owner = kvd
	}
	return ev
}

func (ev Evidence) with(change func(*Evidence)) Evidence {
	change(&ev)
	return ev
}

func withPidfile(state lock.PidfileState, text string) func(*Evidence) {
	return func(ev *Evidence) {
		ev.Pidfile = lock.Pidfile{State: state, Text: text}
		ev.Process, ev.Owner = lock.ProcessUnknown, nil
	}
}

func holds(p *Process) Holder { return Holder{Process: p, FD: 7} }
func heir(p *Process) Holder  { return Holder{Process: p, FD: 7, Inherited: true} }
func gone(p *Process) Holder  { return Holder{Process: p, FD: 7, Deleted: true} }

func pathErr(op, path string, err error) error { return &fs.PathError{Op: op, Path: path, Err: err} }

// with makes a holder of which is known what else it uses.
func (h Holder) with(works lock.Use) Holder {
	h.OtherUse = works
	return h
}

func goneTaker(ev *Evidence) { ev.Taker = lock.ProcessGone }

// What is said of every state and for every reason. A command is the end of the next step, or is given.
func TestExplain(t *testing.T) {
	const (
		clear  = "to clear what was left behind, break the stale lock"
		asRoot = "run as root"
		ps     = "ps -o pid,ppid,lstart,args -p "
		what   = "find out what it is before you end it: "
		which  = "find out whether it is the daemon, and if so restart it so that it takes the lock again: "
	)
	held, free, missing := lock.LockHeld, lock.LockFree, lock.LockMissing
	lackRoot := func(ev *Evidence) { ev.Restrictions = NotRoot }
	for _, tt := range []struct {
		name                   string
		ev                     Evidence
		state                  State
		summary, next, command string
	}{
		{"split", evidence(held, lock.ProcessAlive, gone(rival), holds(kvd)), Split,
			"kvd 4410 holds a lock file that was deleted or replaced, and kvd 8121 holds the one that is there now: both believe that they may write.",
			"decide which of them may write, and stop the other at once: ", ps + "4410,8121"},
		{"split, alone", evidence(missing, lock.ProcessAlive, gone(kvd)), Split,
			"kvd 8121 holds a lock file that was deleted or replaced, and there is none now: anybody else can make one, lock it and write beside it.",
			"restart it before anything else starts here: ", ps + "8121"},
		{"split, beside a free one", evidence(free, lock.ProcessAlive, gone(kvd), gone(rival)), Split,
			"kvd 8121 and kvd 4410 hold a lock file that was deleted or replaced: anybody else can take the one that is there now and write beside it.",
			"restart them before anything else starts here: ", ps + "8121,4410"},
		{"split, mounted over", evidence(free, lock.ProcessGone, Holder{Process: rival, Deleted: true, Covered: true}), Split,
			"kvd 4410 holds the lock file that was at this path before something was mounted over it; what it writes is below the mount.",
			"stop it before a daemon starts on the mount, or unmount it: ", ps + "4410"},
		{"split, mounted over, a second one runs", evidence(held, lock.ProcessAlive, holds(kvd), Holder{Process: rival, Deleted: true, Covered: true}), Split,
			"kvd 4410 holds the lock file that was at this path before something was mounted over it, and kvd 8121 holds the one that is there now: each has a file system of its own.",
			"decide which of them is to run: ", ps + "8121,4410"},
		{"unguarded", evidence(free, lock.ProcessAlive), Unguarded,
			"kvd 8121 is alive and uses the directory, but holds no lock: a second daemon could start and write beside it.", which, ps + "8121"},
		{"unguarded, younger than its pidfile", evidence(free, lock.ProcessAlive).with(func(ev *Evidence) {
			ev.Pidfile.ID.MTime = time.Unix(1e9, 0).UnixNano()
			ev.Owner = &Process{PID: 1, NSPID: 1, Command: "/sbin/init", Started: time.Unix(1e9, 0).Add(30 * time.Hour)}
		}), Unguarded,
			"init 1 is alive and uses the directory, but holds no lock: a second daemon could start and write beside it. " +
				"But it started 1d after the pidfile was written, which therefore meant another process, unless the time was changed.", which, ps + "1"},
		{"unguarded, a thread", evidence(free, lock.ProcessAlive).with(func(ev *Evidence) { ev.Thread, ev.Owner = true, rival }), Unguarded,
			"8121, a thread of kvd 4410 is alive and uses the directory, but holds no lock: a second daemon could start and write beside it.", which, ps + "4410"},
		{"orphaned", evidence(held, lock.ProcessGone, heir(logrotate).with(lock.UseNone)).with(goneTaker), Orphaned,
			"The lock outlived its owner: 8121 is gone; logrotate 9034 inherited the open lock file and keeps the lock.",
			"kill 9034 (logrotate), which inherited the lock from 8121; then the lock is free", "kill 9034"},
		{"orphaned, several", evidence(held, lock.ProcessZombie, heir(logrotate).with(lock.UseNone), heir(backup).with(lock.UseNone)).with(func(ev *Evidence) { ev.Taker = lock.ProcessZombie }), Orphaned,
			"The lock outlived its owner: 8121 has exited (a zombie); logrotate 9034 and backup 9035 inherited the open lock file and keep the lock.",
			"kill 9034 9035 (logrotate and backup), which inherited the lock from 8121; then the lock is free", "kill 9034 9035"},
		{"orphaned, reused", evidence(held, lock.ProcessReused, heir(logrotate).with(lock.UseNone)).with(func(ev *Evidence) { ev.Taker, ev.Locker = lock.ProcessReused, 0 }), Orphaned,
			"The lock outlived its owner: 8121 is another process by now; logrotate 9034 has the lock file open and keeps the lock.", what, ps + "9034"},
		{"orphaned, a shell that had flock(1) lock it", evidence(held, lock.ProcessGone, heir(logrotate).with(lock.UseNone)).with(func(ev *Evidence) { ev.Taker, ev.Locker = lock.ProcessGone, 9035 }), Orphaned,
			"The lock outlived its owner: 8121 is gone; logrotate 9034 has the lock file open and keeps the lock.", what, ps + "9034"},
		{"orphaned, in a container", evidence(held, lock.ProcessGone, heir(logrotate).with(lock.UseNone)).with(goneTaker).with(func(ev *Evidence) { ev.OtherPIDNS = true }), Orphaned,
			"The lock outlived its owner: 8121 is gone in its PID namespace; logrotate 9034 inherited the open lock file and keeps the lock.",
			"kill 9034 (logrotate), which inherited the lock from 8121; then the lock is free", "kill 9034"},
		{"orphaned, the daemon itself", evidence(held, lock.ProcessGone, heir(backup).with(lock.UseNone), heir(rival).with(lock.UseSome)).with(goneTaker), Orphaned,
			"The lock outlived its owner: 8121 is gone; backup 9035 and kvd 4410 inherited the open lock file and keep the lock. " +
				"kvd 4410 also has other files of the directory in use, and may be the daemon itself, if that forked after it took the lock.", what, ps + "9035,4410"},
		{"orphaned, the first of a container", evidence(held, lock.ProcessGone, heir(aContainers).with(lock.UseNone)).with(goneTaker), Orphaned,
			"The lock outlived its owner: 8121 is gone; tini 9040 inherited the open lock file and keeps the lock. " +
				"tini 9040 is the first process of a PID namespace, with which all others there end.", what, ps + "9040"},
		{"orphaned, use unseen", evidence(held, lock.ProcessGone, heir(logrotate)).with(goneTaker), Orphaned,
			"The lock outlived its owner: 8121 is gone; logrotate 9034 inherited the open lock file and keeps the lock. Whether it is doing more here cannot be seen.", what, ps + "9034"},
		{"mismatch", evidence(held, lock.ProcessAlive, holds(rival)), Mismatch,
			"kvd 4410 holds the lock, but the pidfile names kvd 8121, which lives but is not among the holders.",
			"find out who started kvd 4410: ", ps + "4410"},
		{"mismatch, gone", evidence(held, lock.ProcessGone, holds(rival), heir(logrotate)), Mismatch,
			"kvd 4410 and logrotate 9034 hold the lock, but the pidfile names 8121, which is gone.",
			"find out who started kvd 4410 and logrotate 9034: ", ps + "4410,9034"},
		{"mismatch, many", evidence(held, lock.ProcessReused, holds(rival), heir(logrotate), heir(backup), heir(contained), heir(kvd)).with(func(ev *Evidence) { ev.Pidfile.PID = 77 }), Mismatch,
			"kvd 4410, logrotate 9034, backup 9035 and 2 more hold the lock, but the pidfile names 77, which is another process by now (kvd, started after the pidfile was written).",
			"find out who started kvd 4410, logrotate 9034, backup 9035 and 2 more: ", ps + "4410,9034,9035,9036,8121"},
		{"mismatch, unseen", evidence(held, lock.ProcessUnknown, holds(rival)), Mismatch,
			"kvd 4410 holds the lock, but the pidfile names 8121, which cannot be seen from here.",
			"find out who started kvd 4410: ", ps + "4410"},
		{"unnamed, missing", evidence(held, 0, holds(rival)).with(withPidfile(lock.PidfileMissing, "")), Unnamed,
			"kvd 4410 holds the lock, but there is no pidfile.",
			"find out whether kvd 4410 is the daemon, and why its pidfile does not name it: ", ps + "4410"},
		{"unnamed, empty", evidence(held, 0, holds(rival)).with(withPidfile(lock.PidfileEmpty, "\n")), Unnamed,
			"kvd 4410 holds the lock, but the pidfile is empty.",
			"find out whether kvd 4410 is the daemon, and why its pidfile does not name it: ", ps + "4410"},
		{"unnamed, malformed", evidence(held, 0).with(withPidfile(lock.PidfileMalformed, "-1\n")), Unnamed,
			`The lock is held, taken by 8121, but the pidfile is no PID ("-1\n").`, "find out what took it: ", ps + "8121"},
		{"unnamed, nobody seen", evidence(held, 0).with(withPidfile(lock.PidfileEmpty, "")).with(func(ev *Evidence) { ev.Locker, ev.Restrictions = 0, NestedPIDNS }), Unnamed,
			"The lock is held, but the pidfile is empty.", "run in the host's PID namespace", ""},
		{"unnamed, more than its PID", evidence(held, 0, holds(rival)).with(withPidfile(lock.PidfileMalformed, "4410\x00")), Unnamed,
			`kvd 4410 holds the lock, but the pidfile is no PID ("4410\x00").`,
			"none is needed: the pidfile begins with its holder's own PID, so this daemon writes it like that", ""},
		{"unnamed, the beginning of its PID", evidence(held, 0, holds(rival)).with(withPidfile(lock.PidfileMalformed, "441 0")), Unnamed,
			`kvd 4410 holds the lock, but the pidfile is no PID ("441 0").`,
			"find out whether kvd 4410 is the daemon, and why its pidfile does not name it: ", ps + "4410"},
		{"unnamed, flock(1)", evidence(held, 0, holds(aProcess(12, "flock /srv/kv/.handoff.lock sleep 60")), heir(aProcess(13, "sleep 60"))).with(withPidfile(lock.PidfileMissing, "")), Unnamed,
			"flock 12 and sleep 13 hold the lock, but there is no pidfile.",
			"flock(1) keeps the lock for as long as its command runs; see what that is: ", ps + "12,13"},
		{"unnamed, orphaned", evidence(held, 0, heir(aProcess(9013, "ssh-agent")).with(lock.UseNone)).with(withPidfile(lock.PidfileMissing, "")).with(goneTaker), Unnamed,
			"There is no pidfile, and the lock outlived who took it: 8121 is gone; ssh-agent 9013 inherited the open lock file and keeps the lock.",
			"kill 9013 (ssh-agent), which inherited the lock from 8121; then the lock is free", "kill 9013"},
		{"unnamed, a worker survived", evidence(held, 0, heir(backup).with(lock.UseSome)).with(withPidfile(lock.PidfileEmpty, "")).with(goneTaker), Unnamed,
			"The pidfile is empty, and the lock outlived who took it: 8121 is gone; backup 9035 inherited the open lock file and keeps the lock. " +
				"backup 9035 also has other files of the directory in use, and may be the daemon itself, if that forked after it took the lock.", what, ps + "9035"},
		{"stale, gone", evidence(free, lock.ProcessGone), Stale,
			"Nobody holds the lock, and the pidfile names 8121, which is gone.", clear, ""},
		{"stale, flock probe", evidence(free, lock.ProcessGone).with(func(ev *Evidence) { ev.Source = SourceProbe }), Stale,
			"Nobody holds the lock exclusively, and the pidfile names 8121, which is gone.", clear, ""},
		{"stale, open elsewhere", evidence(free, lock.ProcessGone).with(func(ev *Evidence) {
			ev.Source, ev.OpenElsewhere, ev.Openers = SourceProbe, true, []Opener{{Process: backup}}
		}), Stale,
			"Nobody holds the lock exclusively, and the pidfile names 8121, which is gone. backup 9035 has the lock file open, and holds no lock through it.", clear, ""},
		{"stale, not in this namespace", evidence(free, lock.ProcessGone).with(func(ev *Evidence) { ev.Restrictions = NestedPIDNS }), Stale,
			"Nobody holds the lock, and the pidfile names 8121, which is not to be seen in this PID namespace.",
			"make sure that 8121 does not live outside of it, as on the container's host; then, to clear what was left behind, break the stale lock", ""},
		{"stale, gone in its namespace", evidence(free, lock.ProcessGone).with(func(ev *Evidence) { ev.Restrictions, ev.OtherPIDNS = NestedPIDNS, true }), Stale,
			"Nobody holds the lock, and the pidfile names 8121, which is gone in its PID namespace.", clear, ""},
		{"stale, zombie", evidence(free, lock.ProcessZombie), Stale,
			"Nobody holds the lock, and the pidfile names 8121, which has exited (a zombie).", clear, ""},
		{"stale, reused", evidence(free, lock.ProcessReused), Stale,
			"Nobody holds the lock, and the pidfile names 8121, which is another process by now (kvd, started after the pidfile was written).", clear, ""},
		{"stale, unrelated", evidence(free, lock.ProcessUnrelated), Stale,
			"Nobody holds the lock, and the pidfile names kvd 8121, which lives but uses nothing of this directory.", clear, ""},
		{"stale, a thread", evidence(free, lock.ProcessUnrelated).with(func(ev *Evidence) { ev.Thread, ev.Owner = true, rival }), Stale,
			"Nobody holds the lock, and the pidfile names 8121, a thread of kvd 4410, which lives but uses nothing of this directory.", clear, ""},
		{"stale, a thread of a later process", evidence(free, lock.ProcessReused).with(func(ev *Evidence) { ev.Thread, ev.Owner = true, rival }), Stale,
			"Nobody holds the lock, and the pidfile names 8121, which is a thread of another process by now (kvd 4410, started after the pidfile was written).", clear, ""},
		{"stale, empty", evidence(free, 0).with(withPidfile(lock.PidfileEmpty, "")), Stale,
			"Nobody holds the lock, and the pidfile is empty.", clear, ""},
		{"stale, too long", evidence(free, 0).with(withPidfile(lock.PidfileMalformed, strings.Repeat("1", 65))), Stale,
			`Nobody holds the lock, and the pidfile is no PID ("11111111111111111111"…).`, clear, ""},
		{"stale, no lock file", evidence(missing, lock.ProcessGone), Stale,
			"There is no lock file, and the pidfile names 8121, which is gone.", clear, ""},
		{"stale, temporaries", evidence(free, 0).with(withPidfile(lock.PidfileMissing, "")).with(func(ev *Evidence) {
			ev.Temps = []lock.Temp{{Name: ".handoff.pidfile.8121.tmp"}, {Name: ".handoff.pidfile.tmp"}}
		}), Stale,
			"Nobody holds the lock, but an acquire that died left .handoff.pidfile.8121.tmp, .handoff.pidfile.tmp behind.", clear, ""},
		{"held", evidence(held, lock.ProcessAlive, holds(kvd)), Held, "kvd 8121 holds the lock.", "", ""},
		{"held, shared", evidence(held, lock.ProcessAlive, holds(kvd), heir(logrotate)), Held, "kvd 8121 holds the lock.", "", ""},
		{"held, contained", evidence(held, lock.ProcessGone, holds(contained)), Held,
			"kvd holds the lock: 8121 in its namespace, 9036 here.", "", ""},
		{"held, a thread is named", evidence(held, lock.ProcessAlive, holds(rival)).with(func(ev *Evidence) { ev.Thread, ev.Owner = true, rival }), Held,
			"kvd 4410 holds the lock. The pidfile names 8121, which is a thread of it.", "", ""},
		{"held, unseen", evidence(held, lock.ProcessAlive).with(lackRoot), Held,
			"The lock is held and the pidfile names kvd 8121, but the holder is not visible from here.", asRoot, ""},
		{"held, acquiring", evidence(held, 0, holds(rival)).with(withPidfile(lock.PidfileMissing, "")).with(func(ev *Evidence) { ev.Acquiring = true }), Held,
			"The lock is held and its pidfile is being written: an acquire is in progress.", "", ""},
		{"held, changing", evidence(held, lock.ProcessGone, holds(rival)).with(func(ev *Evidence) { ev.Changing = true }), Held,
			"The lock is held, but no two looks found the same: it is acquired and released all the time.", "", ""},
		{"free", evidence(free, 0).with(withPidfile(lock.PidfileMissing, "")), Free, "Nobody holds the lock.", "", ""},
		{"being handed over", evidence(free, 0).with(withPidfile(lock.PidfileMissing, "")).with(func(ev *Evidence) { ev.Releaser = kvd }), Free,
			"Nobody holds the lock. kvd 8121 has released it and still runs: it may be handing the directory over.", "", ""},
		{"free, changing", evidence(free, 0).with(withPidfile(lock.PidfileMissing, "")).with(func(ev *Evidence) { ev.Changing = true }), Free,
			"Nobody held the lock, but no two looks found the same: it is acquired and released all the time.", "", ""},
		{"unknown, timeout", Evidence{Err: fmt.Errorf("%w in %v", ErrNoAnswer, 5*time.Second)}, Unknown,
			"The file system gave no answer in 5s.", "look at the mount: it may be hung", ""},
		{"unknown, FIFO", evidence(0, lock.ProcessAlive).with(func(ev *Evidence) { ev.Lock.Err = pathErr("stat", "/srv/kv/.handoff.lock", lock.ErrNotRegular) }), Unknown,
			"The lock file is not a regular file, and was not opened: whether somebody holds a lock by it cannot be told. The pidfile names kvd 8121, which lives.",
			"find out what it is and who put it there; a daemon that follows links may have locked what it leads to", ""},
		{"unknown, pidfile is a link", evidence(free, 0).with(withPidfile(lock.PidfileNotRegular, "")), Unknown,
			"Nobody holds the lock. The pidfile is not a regular file, and was not opened.", "find out what it is and who put it there", ""},
		{"unknown, pidfile forbidden", evidence(held, 0, holds(rival)).with(withPidfile(lock.PidfileUnreadable, "")).with(lackRoot).with(func(ev *Evidence) {
			ev.Pidfile.Err = pathErr("open", "/srv/kv/.handoff.pidfile", unix.EACCES)
		}), Unknown, "kvd 4410 holds the lock. The pidfile cannot be read: open .handoff.pidfile: permission denied.", asRoot, ""},
		{"unknown, not probed", evidence(0, lock.ProcessAlive).with(func(ev *Evidence) { ev.Lock.Err = ErrNotProbed }), Unknown,
			"Whether the lock is held cannot be told under --probe=never.", "allow more: --probe=auto", ""},
		{"unknown, a layer", evidence(0, lock.ProcessAlive).with(func(ev *Evidence) { ev.Lock.Err, ev.FS = ErrNotSeen, "ext4" }), Unknown,
			"The directory is, or may be, a layer of an overlay: a lock that is held on the merged directory is not visible from here.",
			"look at the merged directory of the overlay, in the container that has it mounted", ""},
		{"unknown, other hosts", evidence(free, lock.ProcessGone).with(func(ev *Evidence) { ev.Err, ev.FS = ErrNotSeen, "fuse.bindfs" }), Unknown,
			"Nobody holds the lock here, but other hosts or the server of this file system (fuse.bindfs) may use the directory, and locks held there are not visible from here.",
			"look on the host where its daemon runs", ""},
		{"unknown, without /proc", evidence(free, lock.ProcessUnknown).with(func(ev *Evidence) { ev.Err, ev.Restrictions = ErrNotSeen, NoProc|NestedPIDNS }), Unknown,
			"Nobody holds the lock here, but which file system this is cannot be told: other hosts, or who has an overlay mounted of which it is a layer, may hold locks that are not visible from here.",
			"/proc is missing here, without which little can be seen: mount -t proc proc /proc", ""},
		{"unknown, out of sight", evidence(held, lock.ProcessGone).with(lackRoot), Unknown,
			"The lock is held, but by nobody who can be seen from here, and the pidfile names 8121, which is gone.", asRoot, ""},
		{"unknown, use unseen", evidence(free, lock.ProcessUnknown).with(lackRoot), Unknown,
			"Nobody holds the lock, and whether kvd 8121 still uses the directory cannot be seen.", asRoot, ""},
		{"unknown, root without a capability", evidence(free, lock.ProcessUnknown).with(func(ev *Evidence) { ev.Restrictions = NoPtrace | NestedPIDNS }), Unknown,
			"Nobody holds the lock, and whether kvd 8121 still uses the directory cannot be seen.",
			"root lacks the capability CAP_SYS_PTRACE here: run with it, in the host's PID namespace", ""},
		{"unknown, nothing is lacking", evidence(free, lock.ProcessUnknown), Unknown,
			"Nobody holds the lock, and whether kvd 8121 still uses the directory cannot be seen.",
			"see what it and the processes that it started have open, also on disks that were unmounted or are too large to be searched: ", "ls -l /proc/8121/fd"},
		{"unknown, forbidden to root", Evidence{Err: pathErr("open", "/srv/kv", unix.EACCES)}, Unknown,
			"The lock could not be examined: open kv: permission denied.",
			"nothing more can be seen from this host: look where the file system comes from, or who mounted it", ""},
		{"unknown, forbidden", Evidence{Err: pathErr("open", "/srv/kv", unix.EACCES), Restrictions: NotRoot | NestedPIDNS}, Unknown,
			"The lock could not be examined: open kv: permission denied.", "run as root, in the host's PID namespace", ""},
		{"unknown, I/O error", evidence(0, 0).with(func(ev *Evidence) { ev.Lock.Err = pathErr("flock", "/srv/kv/.handoff.lock", unix.EIO) }), Unknown,
			"The lock could not be examined: flock .handoff.lock: input/output error.", "look what the kernel says of this file system: dmesg", ""},
		{"unknown, changing", evidence(0, lock.ProcessGone).with(lackRoot).with(func(ev *Evidence) { ev.Lock.Err, ev.Changing = ErrMoving, true }), Unknown,
			"Whether the lock is held was not asked, since the files beside it changed at every look: a daemon that takes the lock just then would have failed.",
			"run as root, which may ask without that danger", ""},
		{"unknown, changing on a network", evidence(0, lock.ProcessGone).with(lackRoot).with(func(ev *Evidence) { ev.Lock.Err, ev.Changing, ev.FS = ErrMoving, true, "nfs4" }), Unknown,
			"Whether the lock is held was not asked, since the files beside it changed at every look: a daemon that takes the lock just then would have failed.",
			"find out what changes them; --probe=flock asks at once", ""},
		{"unknown, leased", evidence(0, 0).with(func(ev *Evidence) { ev.Lock.Err = lock.ErrLeased }), Unknown,
			"Somebody keeps a lease on the lock file, so that it cannot be opened, nor the lock be established.",
			"find out whose lease it is: grep LEASE /proc/locks", ""},
		{"unknown, POSIX lock", evidence(0, lock.ProcessGone).with(func(ev *Evidence) {
			ev.Lock.Err, ev.Openers = &lock.PosixLockError{PID: 9035}, []Opener{{Process: backup, OtherLock: true}, {Process: logrotate}}
		}), Unknown, "backup 9035 has a POSIX lock on the lock file, which is not the lock that daemons take here.", "find out what it is: ", ps + "9035"},
		{"unknown, POSIX lock of a number", evidence(0, lock.ProcessGone).with(func(ev *Evidence) { ev.Lock.Err = &lock.PosixLockError{PID: 9035} }), Unknown,
			"Process 9035 has a POSIX lock on the lock file, which is not the lock that daemons take here.", "find out what it is: ", ps + "9035"},
		{"unknown, POSIX lock of nobody", evidence(0, lock.ProcessGone).with(func(ev *Evidence) { ev.Lock.Err = &lock.PosixLockError{} }), Unknown,
			"Somebody who cannot be seen from here, such as a client over NFS, has a POSIX lock on the lock file, which is not the lock that daemons take here.",
			"find out who uses the directory from elsewhere: an NFS export, a virtual machine", ""},
		{"unknown, holds another", evidence(free, lock.ProcessAlive).with(func(ev *Evidence) { ev.Another = "/view/kv\n" }), Unknown,
			`Nobody holds the lock. The pidfile names kvd 8121, which holds the lock of /view/kv\n, where the pidfile is the same: this is a copy of that directory, or another view on it.`,
			`look at /view/kv\n instead, and leave this one alone while that is in use`, ""},
		{"unknown, open elsewhere", evidence(free, lock.ProcessGone).with(func(ev *Evidence) { ev.OpenElsewhere = true }), Unknown,
			"Nobody is seen to hold the lock, but somebody who cannot be seen has the lock file open: a process that may not be looked into, or by another name of the file, by a mapping, or within the kernel, for an overlay or NFS; so it cannot be told whether a daemon uses the directory through it.",
			"look for what uses the directory from elsewhere: an overlay, an NFS export, a virtual machine, a container", ""},
		{"unknown, served elsewhere", evidence(free, lock.ProcessGone).with(func(ev *Evidence) {
			ev.OpenElsewhere, ev.Openers = true, []Opener{{Process: aProcess(77, "bindfs /srv /view"), Serves: true}, {Process: backup}}
		}), Unknown, "bindfs 77 has the lock file open and serves a file system; so it cannot be told whether a daemon uses the directory through it.",
			"look at the directory on the file system that it serves: ", ps + "77"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := Report{Evidence: tt.ev, Verdict: Classify(&tt.ev)}
			if r.Verdict.State != tt.state {
				t.Fatalf("%s, want %s", r.Verdict.State, tt.state)
			}
			if strings.HasSuffix(tt.next, ": ") {
				tt.next += tt.command
			}
			summary, next := r.Explain()
			if summary != tt.summary {
				t.Errorf("summary\n%s\nwant\n%s", summary, tt.summary)
			}
			if next != tt.next {
				t.Errorf("next\n%s\nwant\n%s", next, tt.next)
			}
			if command := r.Command(); command != tt.command {
				t.Errorf("command %q, want %q", command, tt.command)
			}
		})
	}
}

// Whatever the evidence, the command stands in what is shown, and who is to be ended holds the lock and has nothing
// else of the directory in use, is no thread, and no first process of a namespace.
func TestAdviceIsSafe(t *testing.T) {
	kills := 0
	for _, ev := range combinations() {
		r := Report{Evidence: ev, Verdict: Classify(&ev)}
		_, next := r.Explain()
		command := r.Command()
		if !strings.Contains(next, command) {
			t.Errorf("%q is not in %q: %s", command, next, describe(&ev))
		}
		if r.Verdict.State == Unknown && next == "" {
			t.Errorf("no next step: %s", describe(&ev))
		}
		pids, ok := strings.CutPrefix(command, "kill ")
		if !ok {
			if strings.Contains(next, "kill") {
				t.Errorf("%q: %s", next, describe(&ev))
			}
			continue
		}
		kills++
		for _, pid := range strings.Fields(pids) {
			if !anyHolder(&ev, func(h Holder) bool {
				return fmt.Sprint(h.Process.PID) == pid && h.Inherited && (ev.Locker == namedPID || ev.Locker < h.Process.PID) && !h.Deleted && h.OtherUse == lock.UseNone && h.Process.PID > 1 && h.Process.NSPID > 1
			}) {
				t.Errorf("kill %s: %s", pid, describe(&ev))
			}
		}
	}
	if kills == 0 {
		t.Error("nobody was ever to be ended")
	}
}
