package report

import (
	"fmt"
	"io/fs"

	"golang.org/x/sys/unix"

	"lockscope/lock"
)

// Whom the pidfile of the test evidence names, and who else there is.
const (
	namedPID = 8121
	takerPID = 4410
	heirPID  = 9034
)

// combinations are all that can occur: nobody holds a lock that is free, nobody
// is judged whom nothing names, and an acquire in progress has a temporary.
func combinations() []Evidence {
	var all []Evidence
	for _, ev := range basics() {
		for _, around := range surroundings(&ev) {
			all = append(all, ev.with(around))
		}
	}
	for _, err := range systemErrors {
		ev := all[len(all)-1]
		ev.Err = err
		all = append(all, ev, Evidence{Err: err})
	}
	return all
}

// surroundings are what else there may be beside the basic facts.
func surroundings(ev *Evidence) []func(*Evidence) {
	all := []func(*Evidence){func(*Evidence) {}}
	if ev.Lock.State == lock.LockFree {
		reader := Opener{Process: aProcess(9035, "backup --full")}
		server := Opener{Process: aProcess(77, "bindfs /srv /view"), Serves: true}
		for _, openers := range [][]Opener{nil, {reader}, {reader, server}} {
			all = append(all, func(ev *Evidence) { ev.OpenElsewhere, ev.Openers, ev.Source = true, openers, SourceProbe })
		}
	}
	if ev.Lock.State == lock.LockFree && ev.Pidfile.State == lock.PidfileMissing {
		all = append(all, func(ev *Evidence) { ev.Releaser = kvd })
	}
	if ev.Owner == nil {
		return all
	}
	all = append(all, func(ev *Evidence) { ev.Thread, ev.Owner = true, aProcess(8120, "kvd --data /srv/kv") })
	if ev.Process == lock.ProcessAlive && ev.Lock.State != lock.LockHeld {
		all = append(all, func(ev *Evidence) { ev.Another = "/srv/other" })
	}
	return all
}

func basics() []Evidence {
	var all []Evidence
	for _, l := range lockFiles {
		for _, pidfile := range pidfiles {
			for _, process := range processStates(pidfile) {
				for _, crowd := range crowds(l.State) {
					for _, temp := range []string{"none", "old", "fresh"} {
						for _, changing := range []bool{false, l.State == lock.LockHeld || l.Err == lock.ErrOpenElsewhere} {
							ev := Evidence{Holders: crowd.holders, Taker: crowd.taker, Changing: changing}
							if len(crowd.holders) > 0 {
								ev.Locker = namedPID
							}
							ev.Lock, ev.Pidfile, ev.Process = l, pidfile, process
							if temp != "none" {
								ev.Temps = []lock.Temp{{Name: ".handoff.pidfile.tmp"}}
								ev.Acquiring = temp == "fresh" && l.State == lock.LockHeld
							}
							if process != lock.ProcessGone && process != lock.ProcessUnknown {
								ev.Owner = kvd
							}
							all = append(all, ev)
						}
					}
				}
			}
		}
	}
	return all
}

var systemErrors = []error{
	&fs.PathError{Op: "open", Path: "/srv/kv", Err: unix.EACCES},
	&fs.PathError{Op: "open", Path: "/srv/kv", Err: unix.EPERM},
	&fs.PathError{Op: "open", Path: "/srv/kv", Err: unix.EIO},
	fmt.Errorf("%w in 5s", ErrNoAnswer),
	ErrProcessNoAnswer,
	ErrNotSeen,
}

var lockFiles = func() []lock.LockFile {
	id := lock.FileID{Dev: 1, Ino: 2}
	files := []lock.LockFile{
		{State: lock.LockHeld, ID: id},
		{State: lock.LockFree, ID: id},
		{State: lock.LockMissing},
		{ID: id, Err: ErrNotProbed},
		{ID: id, Err: ErrNotSeen},
		{ID: id, Err: lock.ErrLeased},
		{ID: id, Err: lock.ErrOpenElsewhere},
		{ID: id, Err: &lock.PosixLockError{}},
		{ID: id, Err: &lock.PosixLockError{PID: 77}},
		{ID: id, Err: &fs.PathError{Op: "stat", Path: "/srv/kv/.handoff.lock", Err: lock.ErrNotRegular}},
	}
	for _, err := range systemErrors {
		files = append(files, lock.LockFile{ID: id, Err: err})
	}
	return files
}()

var pidfiles = []lock.Pidfile{
	{State: lock.PidfileMissing},
	{State: lock.PidfileEmpty, ID: lock.FileID{Ino: 3}},
	{State: lock.PidfileMalformed, ID: lock.FileID{Ino: 3}, Text: "kvd 8121\n"},
	{State: lock.PidfileNotRegular, ID: lock.FileID{Ino: 3}},
	{State: lock.PidfileUnreadable, ID: lock.FileID{Ino: 3}, Err: &fs.PathError{Op: "open", Path: "p", Err: unix.EACCES}},
	{State: lock.PidfileUnreadable, ID: lock.FileID{Ino: 3}, Err: &fs.PathError{Op: "read", Path: "p", Err: unix.EIO}},
	{State: lock.PidfileNamed, ID: lock.FileID{Ino: 3}, Text: "8121\n", PID: namedPID},
}

func processStates(p lock.Pidfile) []lock.ProcessState {
	if p.State != lock.PidfileNamed {
		return []lock.ProcessState{lock.ProcessUnknown}
	}
	return []lock.ProcessState{lock.ProcessUnknown, lock.ProcessGone, lock.ProcessAlive,
		lock.ProcessZombie, lock.ProcessReused, lock.ProcessUnrelated}
}

// crowd is who holds a lock, and what became of who took it.
type crowd struct {
	holders []Holder
	taker   lock.ProcessState
}

func crowds(state lock.LockState) []crowd {
	deleted := holder(takerPID, takerPID, deletedLock)
	if state != lock.LockHeld {
		return []crowd{{}, {holders: []Holder{deleted}}, {holders: []Holder{holder(takerPID, takerPID, coveredLock)}}}
	}
	all := []crowd{
		{},
		{taker: lock.ProcessGone}, // the kernel tells who took it, and nobody is seen to hold it
		{holders: []Holder{holder(namedPID, namedPID)}, taker: lock.ProcessAlive},
		{holders: []Holder{holder(heirPID, namedPID)}, taker: lock.ProcessAlive}, // in a container
		{holders: []Holder{holder(heirPID, heirPID, inherited), holder(namedPID, namedPID, inherited)}},
		{holders: []Holder{holder(8120, 8120)}, taker: lock.ProcessAlive}, // a thread of which may be named
		{holders: []Holder{holder(takerPID, takerPID)}, taker: lock.ProcessAlive},
		{holders: []Holder{holder(takerPID, takerPID, coveredLock), holder(namedPID, namedPID)}, taker: lock.ProcessAlive},
		{holders: []Holder{holder(heirPID, heirPID, inherited), holder(takerPID, takerPID)}, taker: lock.ProcessAlive},
		{holders: []Holder{deleted}},
		{holders: []Holder{deleted, holder(namedPID, namedPID)}, taker: lock.ProcessAlive},
	}
	for _, taker := range []lock.ProcessState{lock.ProcessUnknown, lock.ProcessGone, lock.ProcessAlive,
		lock.ProcessZombie, lock.ProcessReused, lock.ProcessUnrelated} {
		all = append(all, crowd{[]Holder{holder(heirPID, heirPID, inherited)}, taker})
	}
	for _, works := range []lock.Use{lock.UseNone, lock.UseSome} {
		heir := holder(heirPID, heirPID, inherited)
		heir.OtherUse = works
		all = append(all, crowd{[]Holder{heir}, lock.ProcessGone}, crowd{[]Holder{heir, holder(9037, 1, inherited)}, lock.ProcessGone},
			crowd{[]Holder{heir, holder(9035, 9035, inherited)}, lock.ProcessGone})
	}
	return all
}

func holder(pid, nspid int, how ...func(*Holder)) Holder {
	h := Holder{Process: &Process{PID: pid, NSPID: nspid, Command: "/usr/bin/kvd --data /srv/kv"}, FD: 7}
	for _, do := range how {
		do(&h)
	}
	return h
}

func inherited(h *Holder)   { h.Inherited = true }
func deletedLock(h *Holder) { h.Deleted = true }
func coveredLock(h *Holder) { h.Deleted, h.Covered = true, true }

func describe(ev *Evidence) string {
	s := fmt.Sprintf("err %v, lock %v (%v), pidfile %v, process %v, taker %v, temps %d, acquiring %t, changing %t", ev.Err,
		ev.Lock.State, ev.Lock.Err, ev.Pidfile.State, ev.Process, ev.Taker, len(ev.Temps), ev.Acquiring, ev.Changing)
	for _, h := range ev.Holders {
		s += fmt.Sprintf(", holder %d (%d, inherited %t, deleted %t)", h.Process.PID, h.Process.NSPID, h.Inherited, h.Deleted)
	}
	return s + fmt.Sprintf(", busy %t, openers %v, thread %t, another %q", ev.OpenElsewhere, ev.Openers, ev.Thread, ev.Another)
}
