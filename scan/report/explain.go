package report

import (
	"fmt"
	"strings"
	"time"

	"lockscope/lock"
)

// Explain says the verdict in one plain sentence with the real names and
// numbers in it, and what to do next ("" where nothing needs doing). Both are
// escaped and safe to print, and claim no more than the evidence shows.
func (r *Report) Explain() (summary, next string) {
	summary, todo := r.explain()
	return summary, todo.text
}

// Command is the next step as a command to paste into a shell, or "" if there is none. It stands in the text that
// Explain returns.
func (r *Report) Command() string {
	_, todo := r.explain()
	return todo.command
}

func (r *Report) explain() (summary string, todo advice) {
	if r.told != nil {
		return r.told.summary, say(r.told.next)
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
		return fmt.Sprintf("%s, but the pidfile names %s.", x.holding(x.present()), x.namedAndFate()),
			seeing("find out who started "+names(x.present()), x.present())
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

// advice is what to do next: a text, and the command in it, if it has one.
type advice struct{ text, command string }

func say(text string) advice { return advice{text: text} }

// seeing advises to look at processes before anything is done to them.
func seeing[P person](why string, processes []P) advice {
	command := psOf(processes)
	return advice{why + ": " + command, command}
}

// explainer puts evidence into words.
type explainer struct {
	ev  *Evidence
	why Reasons
}

func (x explainer) split() (summary string, todo advice) {
	var gone []Holder
	for _, h := range x.ev.Holders {
		if h.Deleted {
			gone = append(gone, h)
		}
	}
	verb, them := " holds", "it"
	if len(gone) > 1 {
		verb, them = " hold", "them"
	}
	now := x.present()
	if x.why.Has(MountedOver) {
		summary = names(gone) + verb + " the lock file that was at this path before something was mounted over it"
		if len(now) > 0 {
			return fmt.Sprintf("%s, and %s holds the one that is there now: each has a file system of its own.", summary, names(now)),
				seeing("decide which of them is to run", x.ev.Holders)
		}
		return summary + "; what it writes is below the mount.", seeing(fmt.Sprintf("stop %s before a daemon starts on the mount, or unmount it", them), gone)
	}
	summary = names(gone) + verb + " a lock file that was deleted or replaced"
	if len(now) > 0 {
		summary += fmt.Sprintf(", and %s holds the one that is there now: both believe that they may write.", names(now))
		return summary, seeing("decide which of them may write, and stop the other at once", x.ev.Holders)
	}
	todo = seeing(fmt.Sprintf("restart %s before anything else starts here", them), gone)
	if x.ev.Lock.State == lock.LockMissing {
		return summary + ", and there is none now: anybody else can make one, lock it and write beside it.", todo
	}
	return summary + ": anybody else can take the one that is there now and write beside it.", todo
}

func (x explainer) unguarded() (summary string, todo advice) {
	return fmt.Sprintf("%s is alive and uses the directory, but holds no lock: a second daemon could start and write beside it.%s", x.named(), x.contradiction()),
		seeing("find out whether it is the daemon, and if so restart it so that it takes the lock again", []*Process{x.owner()})
}

// ownerPID is its PID here, which the pidfile of a container does not have.
func (x explainer) ownerPID() int { return x.owner().PID }

// owner is the process that the pidfile names, of which nothing but the PID may be known.
func (x explainer) owner() *Process {
	if x.ev.Owner == nil {
		return &Process{PID: x.ev.Pidfile.PID, NSPID: x.ev.Pidfile.PID}
	}
	return x.ev.Owner
}

// contradiction says that the process which the pidfile names is younger than the pidfile, if it is.
func (x explainer) contradiction() string {
	written := time.Unix(0, x.ev.Pidfile.ID.MTime)
	if x.ev.Owner == nil || x.ev.Owner.Started.IsZero() || x.ev.Pidfile.ID.MTime == 0 || x.ev.Owner.Started.Sub(written) <= ClockSkew {
		return ""
	}
	return fmt.Sprintf(" But it started %s after the pidfile was written, which therefore meant another process, unless the time was changed.", age(x.ev.Owner.Started.Sub(written)))
}

func (x explainer) orphaned() (summary string, todo advice) {
	summary = fmt.Sprintf("The lock outlived its owner: %d %s; %s", x.ev.Pidfile.PID, x.fate(), x.heirs())
	return summary, x.adviceOnHeirs()
}

// heirs says who inherited the lock, and what else they do here.
func (x explainer) heirs() string {
	heirs := x.present()
	it, keeps, is := "it", "keeps", "is"
	if len(heirs) > 1 {
		it, keeps, is = "they", "keep", "are"
	}
	text := fmt.Sprintf("%s inherited the open lock file and %s the lock", names(heirs), keeps)
	if !x.areHeirs(heirs) {
		has := "has"
		if len(heirs) > 1 {
			has = "have"
		}
		text = fmt.Sprintf("%s %s the lock file open and %s the lock", names(heirs), has, keeps)
	}
	switch working := only(heirs, func(h Holder) bool { return h.Works == lock.UseSome }); {
	case len(working) > 0:
		return fmt.Sprintf("%s. %s also has other files of the directory in use, and may be the daemon itself, if that forked after it took the lock.", text, names(working))
	case len(only(heirs, isInit)) > 0:
		return fmt.Sprintf("%s. %s is the first process of a PID namespace, with which all others there end.", text, names(only(heirs, isInit)))
	case len(only(heirs, func(h Holder) bool { return h.Works == lock.UseUnknown })) > 0:
		return fmt.Sprintf("%s. Whether %s %s doing more here cannot be seen.", text, it, is)
	}
	return text + "."
}

// adviceOnHeirs advises to end heirs only where the lock is all that each of them has of the directory.
func (x explainer) adviceOnHeirs() advice {
	heirs := x.present()
	if !x.areHeirs(heirs) || len(only(heirs, func(h Holder) bool { return h.Works != lock.UseNone || isInit(h) })) > 0 {
		return seeing("find out what it is before you end it", heirs)
	}
	command := "kill " + strings.ReplaceAll(pidList(heirs), ",", " ")
	text := fmt.Sprintf("%s (%s), which inherited the lock", command, commands(heirs))
	if x.ev.Locker > 0 {
		text += fmt.Sprintf(" from %d", x.ev.Locker)
	}
	return advice{text + "; then the lock is free", command}
}

// areHeirs reports whether all of them are known to have the lock from a process that was there before them. A shell that locks a
// descriptor of its own by flock(1) has it from a child: that took the lock, and ended at once. Whom the pidfile names took it for
// itself; else the PIDs tell, which are given out in their order.
func (x explainer) areHeirs(holders []Holder) bool {
	return x.ev.Locker > 0 && (x.ev.Locker == x.ev.Pidfile.PID || len(only(holders, func(h Holder) bool { return h.Process.PID < x.ev.Locker })) == 0)
}

// isInit reports whether a process is the first of a PID namespace, such as a container's.
func isInit(h Holder) bool { return h.Process.PID == 1 || h.Process.NSPID == 1 }

func (x explainer) unnamed() (summary string, todo advice) {
	holders := x.present()
	if x.why.Has(InheritedFD) {
		return fmt.Sprintf("%s, and the lock outlived who took it: %d is gone; %s", capital(x.pidfile()), x.ev.Locker, x.heirs()), x.adviceOnHeirs()
	}
	summary = fmt.Sprintf("%s, but %s.", x.holding(holders), x.pidfile())
	switch {
	case x.beginsWithHolder():
		return summary, say("none is needed: the pidfile begins with its holder's own PID, so this daemon writes it like that")
	case len(only(holders, func(h Holder) bool { return !h.Inherited && Program(h.Process) == "flock" })) > 0:
		return summary, seeing("flock(1) keeps the lock for as long as its command runs; see what that is", holders)
	case len(holders) > 0:
		return summary, seeing("find out whether "+names(holders)+" is the daemon, and why its pidfile does not name it", holders)
	case x.ev.Locker > 0:
		command := fmt.Sprintf("ps -o pid,ppid,lstart,args -p %d", x.ev.Locker)
		return summary, advice{"find out what took it: " + command, command}
	}
	return summary, say(x.remedy())
}

// beginsWithHolder reports whether a text that is no PID begins with that of a holder: some daemons put more behind it.
func (x explainer) beginsWithHolder() bool {
	text := strings.TrimPrefix(x.ev.Pidfile.Text, "\ufeff")
	digits := len(text) - len(strings.TrimLeft(text, "0123456789"))
	for _, h := range x.present() {
		if pid := text[:digits]; pid == fmt.Sprint(h.Process.PID) || pid == fmt.Sprint(h.Process.NSPID) {
			return true
		}
	}
	return false
}

func (x explainer) stale() (summary string, todo advice) {
	summary = x.nobody()
	switch x.ev.Pidfile.State {
	case lock.PidfileMissing:
		summary += ", but an acquire that died left " + tempNames(x.ev.Temps) + " behind."
	case lock.PidfileNamed:
		summary += ", and the pidfile names " + x.namedAndFate() + "."
	default:
		summary += ", and " + x.pidfile() + "."
	}
	return summary + x.opened(), say("to clear what was left behind, break the stale lock")
}

// nobody says who does not hold the lock. A shared flock that was granted proves only that nobody holds it exclusively.
func (x explainer) nobody() string {
	switch {
	case x.ev.Lock.State == lock.LockMissing:
		return "There is no lock file"
	case x.ev.Source == SourceProbe:
		return "Nobody holds the lock exclusively"
	}
	return "Nobody holds the lock"
}

// opened says who has the lock file open without a lock.
func (x explainer) opened() string {
	switch len(x.ev.Openers) {
	case 0:
		return ""
	case 1:
		return fmt.Sprintf(" %s has the lock file open, and holds no lock through it.", names(x.ev.Openers))
	}
	return fmt.Sprintf(" %s have the lock file open, and hold no lock through it.", names(x.ev.Openers))
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
		return fmt.Sprintf("%s holds the lock. The pidfile names %d, which is a thread of it.", who(p), x.ev.Pidfile.PID), advice{}
	case p.PID != x.ev.Pidfile.PID:
		return fmt.Sprintf("%s holds the lock: %d in its namespace, %d here.", Program(p), p.NSPID, p.PID), advice{}
	}
	return who(p) + " holds the lock.", advice{}
}

func (x explainer) free() (summary string, todo advice) {
	if x.why.Has(Changing) {
		return "Nobody held the lock, but no two looks found the same: it is acquired and released all the time.", advice{}
	}
	return x.nobody() + "." + x.opened(), advice{}
}

// present are the holders of the lock file that is there.
func (x explainer) present() []Holder {
	return only(x.ev.Holders, func(h Holder) bool { return !h.Deleted })
}

func (x explainer) holding(holders []Holder) string {
	switch {
	case len(holders) == 1:
		return names(holders) + " holds the lock"
	case len(holders) > 1:
		return names(holders) + " hold the lock"
	case x.ev.Locker > 0:
		return fmt.Sprintf("The lock is held, taken by %d", x.ev.Locker)
	}
	return "The lock is held"
}

func (x explainer) pidfile() string {
	switch x.ev.Pidfile.State {
	case lock.PidfileMissing:
		return "there is no pidfile"
	case lock.PidfileEmpty:
		return "the pidfile is empty"
	}
	return fmt.Sprintf("the pidfile is no PID (%s)", quote(x.ev.Pidfile.Text))
}

// named is the process that the pidfile names: by its program where it lives.
func (x explainer) named() string {
	switch {
	case x.ev.Owner == nil:
		return fmt.Sprint(x.ev.Pidfile.PID)
	case x.ev.Thread:
		return fmt.Sprintf("%d, a thread of %s", x.ev.Pidfile.PID, who(x.ev.Owner))
	}
	return who(x.ev.Owner)
}

func (x explainer) namedAndFate() string {
	switch x.ev.Process {
	case lock.ProcessReused:
		if x.ev.Thread {
			return fmt.Sprintf("%d, which is a thread of another process by now (%s, started after the pidfile was written)", x.ev.Pidfile.PID, who(x.ev.Owner))
		}
		return fmt.Sprintf("%d, which is another process by now (%s, started after the pidfile was written)", x.ev.Pidfile.PID, Program(x.ev.Owner))
	case lock.ProcessUnrelated:
		return fmt.Sprintf("%s, which lives but uses nothing of this directory", x.named())
	case lock.ProcessAlive:
		return fmt.Sprintf("%s, which lives but is not among the holders", x.named())
	}
	return fmt.Sprintf("%d, which %s", x.ev.Pidfile.PID, x.fate())
}

func (x explainer) fate() string {
	switch x.ev.Process {
	case lock.ProcessGone:
		switch {
		case x.ev.There:
			return "is gone in its PID namespace"
		case x.ev.Lacks&LacksPIDs != 0:
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
