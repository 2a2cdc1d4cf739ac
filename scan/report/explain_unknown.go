package report

import (
	"errors"
	"fmt"

	"lockscope/lock"
	"lockscope/lock/proc"
)

// unknown says what could not be established, and what would make it possible.
func (x explainer) unknown() (summary string, todo advice) {
	err := x.ev.Err
	if err == nil {
		err = x.ev.Lock.Err
	}
	switch {
	case errors.Is(err, ErrProcessNoAnswer):
		return fmt.Sprintf("%s, and the kernel gives no answer about %s, which the pidfile names.", x.nobodyHolds(), x.named()),
			run("see what it waits for, such as a file system that hangs", fmt.Sprintf("ps -o pid,stat,wchan,comm -p %d", x.owner().PID))
	case x.why.Has(Timeout):
		return "The file system gave " + cause(err) + ".", say("look at the mount: it may be hung")
	case x.why.Has(LockfileNotRegular):
		return "The lock file is not a regular file, and was not opened: whether somebody holds a lock by it cannot be told." + x.alsoNamed(),
			say("find out what it is and who put it there; a daemon that follows links may have locked what it leads to")
	case x.why.Has(PidfileNotRegular):
		return x.nobodyOrHeld() + " The pidfile is not a regular file, and was not opened.", say("find out what it is and who put it there")
	case x.why.Has(PidfileUnreadable):
		return x.nobodyOrHeld() + " The pidfile cannot be read: " + cause(x.ev.Pidfile.Err) + ".", say(x.remedy())
	case x.why.Has(NotProbed):
		return "Whether the lock is held cannot be told under --probe=never.", say("allow more: --probe=auto")
	case x.why.Has(Changing):
		return "Whether the lock is held was not asked, since the files beside it changed at every look: a daemon that takes the lock just then would have failed.", x.askAllTheSame()
	case x.why.Has(PosixLock):
		return x.posix(err)
	case x.why.Has(Leased):
		return "Somebody keeps a lease on the lock file, so that it cannot be opened, nor the lock be established.", say("find out whose lease it is: grep LEASE /proc/locks")
	case x.why.Has(HoldsAnother):
		return fmt.Sprintf("%s.%s The pidfile names %s, which holds the lock of %s, where the pidfile is the same: this is a copy of that directory, or another view on it.",
			x.nobodyHolds(), x.openers(), x.named(), Escape(x.ev.Another)), say("look at " + Escape(x.ev.Another) + " instead, and leave this one alone while that is in use")
	case x.why.Has(OpenElsewhere):
		return x.openElsewhere()
	case x.why.Has(HolderNotVisible):
		summary = fmt.Sprintf("The lock is held, but by nobody who can be seen from here, and the pidfile names %s.", x.namedAndFate())
		if x.ev.Locker > 0 && x.ev.Taker == lock.ProcessAlive {
			return fmt.Sprintf("%s It was taken by %d, which lives.", summary, x.ev.Locker), inspectPID("find out what took it", x.ev.Locker)
		}
		return summary, say(x.remedy())
	case x.why.Has(NotVisible):
		return x.notVisible()
	case x.ev.Pidfile.State == lock.PidfileNamed && err == nil:
		summary = fmt.Sprintf("%s, and whether %s still uses the directory cannot be seen.", x.nobodyHolds(), x.named())
		if x.ev.Restrictions != 0 {
			return summary, say(x.remedy())
		}
		return summary, run("see what it and the processes that it started have open, also on disks that were unmounted or are too large to be searched", fmt.Sprintf("ls -l /proc/%d/fd", x.owner().PID))
	case x.why.Has(IOError):
		return "The lock could not be examined: " + cause(err) + ".", say("look what the kernel says of this file system: dmesg")
	}
	return "The lock could not be examined: " + cause(err) + ".", say(x.remedy())
}

// askAllTheSame says how a lock can be asked for while something moves. Who may take a lease disturbs nobody.
func (x explainer) askAllTheSame() advice {
	if x.ev.Restrictions&NotRoot != 0 && !(proc.Mount{FSType: x.ev.FS}).Remote() {
		return say("run as root, which may ask without that danger")
	}
	return say("find out what changes them; --probe=flock asks at once")
}

// nobodyOrHeld says whether the lock is held, where the pidfile cannot be used.
func (x explainer) nobodyOrHeld() string {
	if x.ev.Lock.State == lock.LockHeld {
		return x.holding(x.present()) + "."
	}
	return x.nobodyHolds() + "."
}

// alsoNamed says which process the pidfile names, if that is alive.
func (x explainer) alsoNamed() string {
	if x.ev.Owner == nil {
		return ""
	}
	return fmt.Sprintf(" The pidfile names %s, which lives.", x.named())
}

func (x explainer) posix(err error) (summary string, todo advice) {
	const what = " a POSIX lock on the lock file, which is not the lock that daemons take here"
	if holders := filter(x.ev.Openers, func(o Opener) bool { return o.OtherLock }); len(holders) > 0 {
		return names(holders) + number(len(holders), " has", " have") + what + ".", inspect("find out what it is", holders)
	}
	if posix := (*lock.PosixLockError)(nil); errors.As(err, &posix) && posix.PID > 0 {
		return fmt.Sprintf("Process %d has%s.", posix.PID, what), inspectPID("find out what it is", posix.PID)
	}
	return "Somebody who cannot be seen from here, such as a client over NFS, has" + what + ".", say("find out who uses the directory from elsewhere: an NFS export, a virtual machine")
}

func (x explainer) openElsewhere() (summary string, todo advice) {
	const claim = "; so it cannot be told whether a daemon uses the directory through it"
	if serving := filter(x.ev.Openers, func(o Opener) bool { return o.Serves }); len(serving) > 0 {
		return fmt.Sprintf("%s has the lock file open and serves a file system%s.", names(serving), claim), inspect("look at the directory on the file system that it serves", serving)
	}
	todo = say("look for what uses the directory from elsewhere: an overlay, an NFS export, a virtual machine, a container")
	if x.ev.Restrictions != 0 {
		todo = say(todo.text + "; " + x.remedy())
	}
	return "Nobody is seen to hold the lock, but somebody who cannot be seen has the lock file open: a process that may not be looked into, or by another name of the file, by a mapping, or within the kernel, for an overlay or NFS" + claim + ".", todo
}

func (x explainer) notVisible() (summary string, todo advice) {
	if (proc.Mount{FSType: x.ev.FS}).Remote() {
		return fmt.Sprintf("%s here, but other hosts or the server of this file system (%s) may use the directory, and locks held there are not visible from here.", x.nobodyHolds(), Escape(x.ev.FS)),
			say("look on the host where its daemon runs")
	}
	if x.ev.Restrictions&NoProc != 0 {
		return x.nobodyHolds() + " here, but which file system this is cannot be told: other hosts, or who has an overlay mounted of which it is a layer, may hold locks that are not visible from here.",
			say(x.remedy())
	}
	const what = "The directory is, or may be, a layer of an overlay: a lock that is held on the merged directory is not visible from here."
	if x.ev.OverlayMount == "" {
		return what, say("look at the merged directory of the overlay, in the container that has it mounted")
	}
	return what, say("look at the merged directory, below " + Escape(x.ev.OverlayMount) + " where the overlay is mounted")
}
