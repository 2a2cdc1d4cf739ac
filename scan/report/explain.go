package report

import (
	"fmt"

	"lockscope/lock"
)

// Explain returns the verdict in one plain sentence with the real names and numbers in it, and what
// to do next, or "" where nothing needs to be done. Both are escaped, so they are safe to print.
// They claim no more than the evidence shows.
func (r *Report) Explain() (summary, next string) {
	summary, todo := r.explain()
	return summary, todo.text
}

// Command returns the next step as a command to paste into a shell, or "" if there is none. The
// text that Explain returns contains it.
func (r *Report) Command() string {
	_, todo := r.explain()
	return todo.command
}

func (r *Report) explain() (summary string, todo advice) {
	if r.received != nil {
		return r.received.summary, say(r.received.next)
	}
	x := explainer{&r.Evidence, r.Verdict.Reasons}
	switch r.Verdict.State {
	case Split:
		return x.split()
	case Unguarded:
		return x.unguarded()
	case Orphaned:
		return x.orphaned()
	case Mismatch:
		return x.mismatch()
	case Unnamed:
		return x.unnamed()
	case Stale:
		return x.stale()
	case Held:
		return x.held()
	case Free:
		return x.free()
	}
	return x.unknown()
}

// explainer puts evidence into words.
type explainer struct {
	ev  *Evidence
	why Reasons
}

func (x explainer) split() (summary string, todo advice) {
	former := filter(x.ev.Holders, func(h Holder) bool { return h.Deleted })
	verb, them := number(len(former), " holds", " hold"), number(len(former), "it", "them")
	now := x.present()
	if x.why.Has(MountedOver) {
		summary = names(former) + verb + " the lock file that was at this path before something was mounted over it"
		if len(now) > 0 {
			return fmt.Sprintf("%s, and %s holds the one that is there now: each has a file system of its own.", summary, names(now)),
				inspect("decide which of them is to run", x.ev.Holders)
		}
		return summary + "; what it writes is below the mount.", inspect(fmt.Sprintf("stop %s before a daemon starts on the mount, or unmount it", them), former)
	}
	summary = names(former) + verb + " a lock file that was deleted or replaced"
	if len(now) > 0 {
		summary += fmt.Sprintf(", and %s holds the one that is there now: both believe that they may write.", names(now))
		return summary, inspect("decide which of them may write, and stop the other at once", x.ev.Holders)
	}
	todo = inspect(fmt.Sprintf("restart %s before anything else starts here", them), former)
	if x.ev.Lock.State == lock.LockMissing {
		return summary + ", and there is none now: anybody else can make one, lock it and write beside it.", todo
	}
	return summary + ": anybody else can take the one that is there now and write beside it.", todo
}

func (x explainer) unguarded() (summary string, todo advice) {
	return fmt.Sprintf("%s is alive and uses the directory, but holds no lock: a second daemon could start and write beside it.%s", x.named(), x.contradiction()),
		inspect("find out whether it is the daemon, and if so restart it so that it takes the lock again", []*Process{x.owner()})
}

func (x explainer) mismatch() (summary string, todo advice) {
	holders := x.present()
	return fmt.Sprintf("%s, but the pidfile names %s.", x.holding(holders), x.namedAndFate()),
		inspect("find out who started "+names(holders), holders)
}

func (x explainer) stale() (summary string, todo advice) {
	summary = x.nobodyHolds()
	switch x.ev.Pidfile.State {
	case lock.PidfileMissing:
		summary += ", but an acquire that died left " + tempNames(x.ev.Temps) + " behind."
	case lock.PidfileNamed:
		summary += ", and the pidfile names " + x.namedAndFate() + "."
	default:
		summary += ", and " + x.pidfile() + "."
	}
	next := "to clear what was left behind, break the stale lock"
	if x.outOfSight() {
		next = fmt.Sprintf("make sure that %d does not live outside of it, as on the container's host; then, %s", x.ev.Pidfile.PID, next)
	}
	return summary + x.openers(), say(next)
}

func (x explainer) held() (summary string, todo advice) {
	switch {
	case x.why.Has(Acquiring):
		return "The lock is held and its pidfile is being written: an acquire is in progress.", advice{}
	case x.why.Has(Changing):
		return "The lock is held, but no two looks found the same: it is acquired and released all the time.", advice{}
	case x.why.Has(HolderNotVisible):
		return fmt.Sprintf("The lock is held and the pidfile names %s, but the holder is not visible from here.", x.named()), say(x.remedy())
	}
	p := x.ev.NamedHolder()
	switch {
	case p == nil:
		return "The lock is held.", advice{}
	case x.ev.Thread:
		return fmt.Sprintf("%s holds the lock. The pidfile names %d, which is a thread of it.", programAndPID(p), x.ev.Pidfile.PID), advice{}
	case p.PID != x.ev.Pidfile.PID:
		return fmt.Sprintf("%s holds the lock: %d in its namespace, %d here.", Program(p), p.NSPID, p.PID), advice{}
	}
	return programAndPID(p) + " holds the lock.", advice{}
}

func (x explainer) free() (summary string, todo advice) {
	if x.why.Has(Changing) {
		return "Nobody held the lock, but no two looks found the same: it is acquired and released all the time.", advice{}
	}
	if x.why.Has(HandingOver) {
		return x.nobodyHolds() + ". " + programAndPID(x.ev.Releaser) + " has released it and still runs: it may be handing the directory over." + x.openers(), advice{}
	}
	return x.nobodyHolds() + "." + x.openers(), advice{}
}
