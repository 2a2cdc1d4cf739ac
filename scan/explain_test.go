package scan

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

// What is said of every state and for every reason.
func TestExplain(t *testing.T) {
	const (
		clear  = "nothing stands in a daemon's way; to clear what was left behind, break the stale lock"
		asRoot = "run as root, in the host's PID namespace"
		anew   = "the lock itself is sound; a restart of its holder writes the pidfile anew"
	)
	held, free, missing := lock.LockHeld, lock.LockFree, lock.LockMissing
	for _, tt := range []struct {
		name                   string
		ev                     Evidence
		state                  State
		summary, next, command string
	}{
		{"split", evidence(held, lock.ProcessAlive, gone(rival), holds(kvd)), Split,
			"kvd 4410 holds a lock file that was deleted or replaced, and kvd 8121 holds the one that is there now: both believe that they may write.",
			"decide which of them may write, and stop the other at once (kvd 4410 has the deleted file)",
			"ps -o pid,ppid,lstart,args -p 4410,8121"},
		{"split, alone", evidence(missing, lock.ProcessAlive, gone(kvd)), Split,
			"kvd 8121 holds a lock file that was deleted or replaced, and there is none now: anybody else can make one, lock it and write beside it.",
			"restart kvd 8121 before anything else starts here",
			"ps -o pid,ppid,lstart,args -p 8121"},
		{"split, beside a free one", evidence(free, lock.ProcessAlive, gone(kvd), gone(rival)), Split,
			"kvd 8121 and kvd 4410 hold a lock file that was deleted or replaced: anybody else can take the one that is there now and write beside it.",
			"restart kvd 8121 and kvd 4410 before anything else starts here",
			"ps -o pid,ppid,lstart,args -p 8121,4410"},
		{"unguarded", evidence(free, lock.ProcessAlive), Unguarded,
			"kvd 8121 is alive and uses the directory, but holds no lock: a second daemon could start and write beside it.",
			"restart kvd 8121 so that it takes the lock again, or stop it: kill 8121",
			"kill 8121"},
		{"orphaned", evidence(held, lock.ProcessGone, heir(logrotate)).with(func(ev *Evidence) { ev.Taker = lock.ProcessGone }), Orphaned,
			"The lock outlived its owner: 8121 is gone; logrotate 9034 inherited the open lock file and keeps the lock.",
			"kill 9034 (logrotate), which inherited the lock from 8121; then the daemon can start",
			"kill 9034"},
		{"orphaned, several", evidence(held, lock.ProcessZombie, heir(logrotate), heir(backup)).with(func(ev *Evidence) { ev.Taker = lock.ProcessZombie }), Orphaned,
			"The lock outlived its owner: 8121 has exited (a zombie); logrotate 9034 and backup 9035 inherited the open lock file and keep the lock.",
			"kill 9034 9035 (logrotate and backup), which inherited the lock from 8121; then the daemon can start",
			"kill 9034 9035"},
		{"orphaned, reused", evidence(held, lock.ProcessReused, heir(logrotate)).with(func(ev *Evidence) { ev.Taker = lock.ProcessReused }), Orphaned,
			"The lock outlived its owner: 8121 is another process by now; logrotate 9034 inherited the open lock file and keeps the lock.",
			"kill 9034 (logrotate), which inherited the lock from 8121; then the daemon can start",
			"kill 9034"},
		{"mismatch", evidence(held, lock.ProcessAlive, holds(rival)), Mismatch,
			"kvd 4410 holds the lock, but the pidfile names kvd 8121, which lives but is not among the holders.",
			"find out who started kvd 4410: ps -o pid,ppid,lstart,args -p 4410",
			"ps -o pid,ppid,lstart,args -p 4410"},
		{"mismatch, gone", evidence(held, lock.ProcessGone, holds(rival), heir(logrotate)), Mismatch,
			"kvd 4410 and logrotate 9034 hold the lock, but the pidfile names 8121, which is gone.",
			"find out who started kvd 4410 and logrotate 9034: ps -o pid,ppid,lstart,args -p 4410,9034",
			"ps -o pid,ppid,lstart,args -p 4410,9034"},
		{"mismatch, many", evidence(held, lock.ProcessReused, holds(rival), heir(logrotate), heir(backup), heir(contained), heir(kvd)).with(func(ev *Evidence) { ev.Pidfile.PID = 77 }), Mismatch,
			"kvd 4410, logrotate 9034, backup 9035 and 2 more hold the lock, but the pidfile names 77, which is another process by now (kvd, started after the pidfile was written).",
			"find out who started kvd 4410, logrotate 9034, backup 9035 and 2 more: ps -o pid,ppid,lstart,args -p 4410,9034,9035,9036,8121",
			"ps -o pid,ppid,lstart,args -p 4410,9034,9035,9036,8121"},
		{"mismatch, unseen", evidence(held, lock.ProcessUnknown, holds(rival)), Mismatch,
			"kvd 4410 holds the lock, but the pidfile names 8121, which cannot be seen from here.",
			"find out who started kvd 4410: ps -o pid,ppid,lstart,args -p 4410",
			"ps -o pid,ppid,lstart,args -p 4410"},
		{"unnamed, missing", evidence(held, 0, holds(rival)).with(withPidfile(lock.PidfileMissing, "")), Unnamed,
			"kvd 4410 holds the lock, but there is no pidfile.", anew, ""},
		{"unnamed, empty", evidence(held, 0, holds(rival)).with(withPidfile(lock.PidfileEmpty, "\n")), Unnamed,
			"kvd 4410 holds the lock, but the pidfile is empty.", anew, ""},
		{"unnamed, malformed", evidence(held, 0).with(withPidfile(lock.PidfileMalformed, "-1\n")), Unnamed,
			`The lock is held, taken by 8121, but the pidfile is no PID ("-1\n").`, anew, ""},
		{"stale, gone", evidence(free, lock.ProcessGone), Stale,
			"Nobody holds the lock, and the pidfile names 8121, which is gone.", clear, ""},
		{"stale, zombie", evidence(free, lock.ProcessZombie), Stale,
			"Nobody holds the lock, and the pidfile names 8121, which has exited (a zombie).", clear, ""},
		{"stale, reused", evidence(free, lock.ProcessReused), Stale,
			"Nobody holds the lock, and the pidfile names 8121, which is another process by now (kvd, started after the pidfile was written).", clear, ""},
		{"stale, unrelated", evidence(free, lock.ProcessUnrelated), Stale,
			"Nobody holds the lock, and the pidfile names kvd 8121, which lives but has nothing to do with this directory.", clear, ""},
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
		{"held, unseen", evidence(held, lock.ProcessAlive), Held,
			"The lock is held and the pidfile names kvd 8121, but the holder is not visible from here.",
			"run as root, in the host's PID namespace", ""},
		{"held, acquiring", evidence(held, 0, holds(rival)).with(withPidfile(lock.PidfileMissing, "")).with(func(ev *Evidence) { ev.Acquiring = true }), Held,
			"The lock is held and its pidfile is being written: an acquire is in progress.", "", ""},
		{"held, changing", evidence(held, lock.ProcessGone, holds(rival)).with(func(ev *Evidence) { ev.Changing = true }), Held,
			"The lock is held, but no two looks found the same: it is acquired and released all the time.", "", ""},
		{"free", evidence(free, 0).with(withPidfile(lock.PidfileMissing, "")), Free, "Nobody holds the lock.", "", ""},
		{"free, changing", evidence(free, 0).with(withPidfile(lock.PidfileMissing, "")).with(func(ev *Evidence) { ev.Changing = true }), Free,
			"Nobody held the lock, but no two looks found the same: it is acquired and released all the time.", "", ""},
		{"unknown, timeout", Evidence{Err: fmt.Errorf("%w in %v", ErrNoAnswer, 5*time.Second)}, Unknown,
			"The file system gave no answer in 5s.", "look at the mount: it may be hung", ""},
		{"unknown, FIFO", evidence(0, lock.ProcessAlive).with(func(ev *Evidence) { ev.Lock.Err = pathErr("stat", "/srv/kv/.handoff.lock", lock.ErrNotRegular) }), Unknown,
			"The lock file is not a regular file, so nobody can have locked it by the protocol.", "find out what put it there; no daemon should start here", ""},
		{"unknown, pidfile is a link", evidence(free, 0).with(withPidfile(lock.PidfileNotRegular, "")), Unknown,
			"The pidfile is not a regular file, and was not opened.", "find out what put it there", ""},
		{"unknown, pidfile forbidden", evidence(free, 0).with(withPidfile(lock.PidfileUnreadable, "")).with(func(ev *Evidence) {
			ev.Pidfile.Err = pathErr("open", "/srv/kv/.handoff.pidfile", unix.EACCES)
		}), Unknown, "The pidfile cannot be read: open .handoff.pidfile: permission denied.", asRoot, ""},
		{"unknown, not probed", evidence(0, lock.ProcessAlive).with(func(ev *Evidence) { ev.Lock.Err = ErrNotProbed }), Unknown,
			"Whether the lock is held cannot be told without a flock probe.", "allow one: --probe=auto", ""},
		{"unknown, other file system", evidence(0, lock.ProcessAlive).with(func(ev *Evidence) { ev.Lock.Err = ErrNotSeen }), Unknown,
			"The lock could not be examined: locks held here are not visible from here.", "", ""},
		{"unknown, out of sight", evidence(held, lock.ProcessGone), Unknown,
			"The lock is held, but by nobody who can be seen from here, and the pidfile names 8121, which is gone.", asRoot, ""},
		{"unknown, use unseen", evidence(free, lock.ProcessUnknown), Unknown,
			"Nobody holds the lock, and whether kvd 8121 still uses the directory cannot be seen.", asRoot, ""},
		{"unknown, forbidden", Evidence{Err: pathErr("open", "/srv/kv", unix.EACCES)}, Unknown,
			"The lock could not be examined: open kv: permission denied.", asRoot, ""},
		{"unknown, I/O error", evidence(0, 0).with(func(ev *Evidence) { ev.Lock.Err = pathErr("flock", "/srv/kv/.handoff.lock", unix.EIO) }), Unknown,
			"The lock could not be examined: flock .handoff.lock: input/output error.", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := Report{Evidence: tt.ev, Verdict: Classify(&tt.ev)}
			if r.Verdict.State != tt.state {
				t.Fatalf("%s, want %s", r.Verdict.State, tt.state)
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
