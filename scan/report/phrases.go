package report

import (
	"fmt"
	"strings"
	"time"

	"lockscope/lock"
)

// present returns the holders of the lock file that is in the directory now.
func (x explainer) present() []Holder {
	return filter(x.ev.Holders, func(h Holder) bool { return !h.Deleted })
}

// holding says who holds the lock.
func (x explainer) holding(holders []Holder) string {
	switch {
	case len(holders) > 0:
		return names(holders) + number(len(holders), " holds", " hold") + " the lock"
	case x.ev.Locker > 0:
		return fmt.Sprintf("The lock is held, taken by %d", x.ev.Locker)
	}
	return "The lock is held"
}

// nobodyHolds says that nobody holds the lock. A flock probe is shared, so where it was granted it
// proves only that nobody holds the lock exclusively.
func (x explainer) nobodyHolds() string {
	switch {
	case x.ev.Lock.State == lock.LockMissing:
		return "There is no lock file"
	case x.ev.Source == SourceProbe:
		return "Nobody holds the lock exclusively"
	}
	return "Nobody holds the lock"
}

// openers says who has the lock file open without a lock.
func (x explainer) openers() string {
	n := len(x.ev.Openers)
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(" %s %s the lock file open, and %s no lock through it.", names(x.ev.Openers), number(n, "has", "have"), number(n, "holds", "hold"))
}

// pidfile says what is wrong with the pidfile.
func (x explainer) pidfile() string {
	switch x.ev.Pidfile.State {
	case lock.PidfileMissing:
		return "there is no pidfile"
	case lock.PidfileEmpty:
		return "the pidfile is empty"
	}
	return fmt.Sprintf("the pidfile is no PID (%s)", quote(x.ev.Pidfile.Text))
}

// owner returns the process that the pidfile names, of which only the PID may be known.
func (x explainer) owner() *Process {
	if x.ev.Owner == nil {
		return &Process{PID: x.ev.Pidfile.PID, NSPID: x.ev.Pidfile.PID}
	}
	return x.ev.Owner
}

// named says which process the pidfile names: by its program, if that is known.
func (x explainer) named() string {
	switch {
	case x.ev.Owner == nil:
		return fmt.Sprint(x.ev.Pidfile.PID)
	case x.ev.Thread:
		return fmt.Sprintf("%d, a thread of %s", x.ev.Pidfile.PID, programAndPID(x.ev.Owner))
	}
	return programAndPID(x.ev.Owner)
}

// namedAndFate says which process the pidfile names, and what became of it.
func (x explainer) namedAndFate() string {
	switch x.ev.Process {
	case lock.ProcessReused:
		if x.ev.Thread {
			return fmt.Sprintf("%d, which is a thread of another process by now (%s, started after the pidfile was written)", x.ev.Pidfile.PID, programAndPID(x.ev.Owner))
		}
		return fmt.Sprintf("%d, which is another process by now (%s, started after the pidfile was written)", x.ev.Pidfile.PID, Program(x.ev.Owner))
	case lock.ProcessUnrelated:
		return fmt.Sprintf("%s, which lives but uses nothing of this directory", x.named())
	case lock.ProcessAlive:
		return fmt.Sprintf("%s, which lives but is not among the holders", x.named())
	}
	return fmt.Sprintf("%d, which %s", x.ev.Pidfile.PID, x.fate())
}

// fate says what became of the process that the pidfile names.
func (x explainer) fate() string {
	switch x.ev.Process {
	case lock.ProcessGone:
		switch {
		case x.ev.OtherPIDNS:
			return "is gone in its PID namespace"
		case x.outOfSight():
			return "is not to be seen in this PID namespace"
		}
		return "is gone"
	case lock.ProcessZombie:
		return "has exited (a zombie)"
	case lock.ProcessReused:
		return "is another process by now"
	case lock.ProcessUnrelated:
		return "is an unrelated process"
	case lock.ProcessAlive:
		return "lives"
	}
	return "cannot be seen from here"
}

// outOfSight reports whether the process that the pidfile names is not in this PID namespace, and may live
// outside of it.
func (x explainer) outOfSight() bool {
	return x.ev.Process == lock.ProcessGone && !x.ev.OtherPIDNS && x.ev.Restrictions&NestedPIDNS != 0
}

// contradiction says that the process which the pidfile names started after the pidfile was
// written, if it did.
func (x explainer) contradiction() string {
	written := time.Unix(0, x.ev.Pidfile.ID.MTime)
	if x.ev.Owner == nil || x.ev.Owner.Started.IsZero() || x.ev.Pidfile.ID.MTime == 0 || x.ev.Owner.Started.Sub(written) <= ClockSkew {
		return ""
	}
	return fmt.Sprintf(" But it started %s after the pidfile was written, which therefore meant another process, unless the time was changed.", age(x.ev.Owner.Started.Sub(written)))
}

// remedy says what would let this program see more.
func (x explainer) remedy() string {
	if x.ev.Restrictions&NoProc != 0 {
		return "/proc is missing here, without which little can be seen: mount -t proc proc /proc"
	}
	where := ""
	if x.ev.Restrictions&NestedPIDNS != 0 {
		where = "in the host's PID namespace"
	}
	switch {
	case x.ev.Restrictions&NotRoot != 0:
		return strings.TrimSuffix("run as root, "+where, ", ")
	case x.ev.Restrictions&NoPtrace != 0:
		return strings.TrimSuffix("root lacks the capability CAP_SYS_PTRACE here: run with it, "+where, ", ")
	case where != "":
		return "run " + where
	}
	return "nothing more can be seen from this host: look where the file system comes from, or who mounted it"
}
