package scan

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"lockscope/lock"
)

// Explain says the verdict in one plain sentence with the real names and
// numbers in it, and what to do next ("" where nothing needs doing). Both are
// escaped and safe to print.
func (r *Report) Explain() (summary, next string) {
	x := explainer{&r.Evidence, r.Verdict.Reasons}
	switch r.Verdict.State {
	case Split:
		return x.split()
	case Unguarded:
		who := x.named()
		return fmt.Sprintf("%s is alive and uses the directory, but holds no lock: a second daemon could start and write beside it.", who),
			fmt.Sprintf("restart %s so that it takes the lock again, or stop it: kill %d", who, x.ownerPID())
	case Orphaned:
		return x.orphaned()
	case Mismatch:
		return fmt.Sprintf("%s, but the pidfile names %s.", x.holding(x.present()), x.namedAndFate()),
			fmt.Sprintf("find out who started %s: %s", names(x.present()), psOf(x.present()))
	case Unnamed:
		return fmt.Sprintf("%s, but %s.", x.holding(x.present()), x.pidfile()),
			"the lock itself is sound; a restart of its holder writes the pidfile anew"
	case Stale:
		return x.stale()
	case Held:
		return x.held(), x.rootHint()
	case Free:
		if x.Changing {
			return "Nobody held the lock, but no two looks found the same: it is acquired and released all the time.", ""
		}
		return "Nobody holds the lock.", ""
	}
	return x.unknown()
}

// Command is the next step as a command to paste into a shell, or "" if there is none.
func (r *Report) Command() string {
	x := explainer{&r.Evidence, r.Verdict.Reasons}
	switch r.Verdict.State {
	case Orphaned:
		return "kill " + strings.ReplaceAll(pidList(x.present()), ",", " ")
	case Mismatch:
		return psOf(x.present())
	case Unguarded:
		return fmt.Sprintf("kill %d", x.ownerPID())
	case Split:
		return psOf(x.Holders)
	}
	return ""
}

// explainer puts evidence into words.
type explainer struct {
	*Evidence
	why Reasons
}

func (x explainer) split() (summary, next string) {
	var gone []Holder
	for _, h := range x.Holders {
		if h.Deleted {
			gone = append(gone, h)
		}
	}
	verb := " holds"
	if len(gone) > 1 {
		verb = " hold"
	}
	summary = names(gone) + verb + " a lock file that was deleted or replaced"
	if now := x.present(); len(now) > 0 {
		summary += fmt.Sprintf(", and %s holds the one that is there now: both believe that they may write.", names(now))
		return summary, fmt.Sprintf("decide which of them may write, and stop the other at once (%s has the deleted file)", names(gone))
	}
	next = fmt.Sprintf("restart %s before anything else starts here", names(gone))
	if x.Lock.State == lock.LockMissing {
		return summary + ", and there is none now: anybody else can make one, lock it and write beside it.", next
	}
	return summary + ": anybody else can take the one that is there now and write beside it.", next
}

func (x explainer) orphaned() (summary, next string) {
	holders := x.present()
	keeps := "keeps"
	if len(holders) > 1 {
		keeps = "keep"
	}
	return fmt.Sprintf("The lock outlived its owner: %d %s; %s inherited the open lock file and %s the lock.", x.Pidfile.PID, x.fate(), names(holders), keeps),
		fmt.Sprintf("kill %s (%s), which inherited the lock from %d; then the daemon can start", strings.ReplaceAll(pidList(holders), ",", " "), commands(holders), x.Locker)
}

func (x explainer) stale() (summary, next string) {
	summary = "Nobody holds the lock"
	if x.why.Has(LockfileMissing) {
		summary = "There is no lock file"
	}
	switch x.Pidfile.State {
	case lock.PidfileMissing:
		summary += ", but an acquire that died left " + tempNames(x.Temps) + " behind."
	case lock.PidfileNamed:
		summary += ", and the pidfile names " + x.namedAndFate() + "."
	default:
		summary += ", and " + x.pidfile() + "."
	}
	return summary, "nothing stands in a daemon's way; to clear what was left behind, break the stale lock"
}

func (x explainer) held() string {
	switch {
	case x.why.Has(Acquiring):
		return "The lock is held and its pidfile is being written: an acquire is in progress."
	case x.why.Has(Changing):
		return "The lock is held, but no two looks found the same: it is acquired and released all the time."
	case x.why.Has(HolderNotVisible):
		return fmt.Sprintf("The lock is held and the pidfile names %s, but the holder is not visible from here.", x.named())
	}
	for _, h := range x.present() {
		if h.PID == x.Pidfile.PID {
			return who(h.Process) + " holds the lock."
		}
		if h.NSPID == x.Pidfile.PID {
			return fmt.Sprintf("%s holds the lock: %d in its namespace, %d here.", program(h.Process), h.NSPID, h.PID)
		}
	}
	return "The lock is held."
}

func (x explainer) unknown() (summary, next string) {
	err := x.Err
	if err == nil {
		err = x.Lock.Err
	}
	switch {
	case x.why.Has(Timeout):
		return "The file system gave " + cause(err) + ".", "look at the mount: it may be hung"
	case x.why.Has(LockfileNotRegular):
		return "The lock file is not a regular file, so nobody can have locked it by the protocol.", "find out what put it there; no daemon should start here"
	case x.why.Has(PidfileNotRegular):
		return "The pidfile is not a regular file, and was not opened.", "find out what put it there"
	case x.why.Has(PidfileUnreadable):
		return "The pidfile cannot be read: " + cause(x.Pidfile.Err) + ".", x.rootHint()
	case x.why.Has(NotProbed):
		return "Whether the lock is held cannot be told without a flock probe.", "allow one: --probe=auto"
	case x.why.Has(HolderNotVisible):
		return fmt.Sprintf("The lock is held, but by nobody who can be seen from here, and the pidfile names %s.", x.namedAndFate()), x.rootHint()
	case x.Pidfile.State == lock.PidfileNamed && err == nil:
		return fmt.Sprintf("Nobody holds the lock, and whether %s still uses the directory cannot be seen.", x.named()), x.rootHint()
	}
	return "The lock could not be examined: " + cause(err) + ".", x.rootHint()
}

func (x explainer) rootHint() string {
	if x.why.Has(Permission) || x.why.Has(HolderNotVisible) {
		return "run as root, in the host's PID namespace"
	}
	return ""
}

// present are the holders of the lock file that is there.
func (x explainer) present() []Holder {
	var now []Holder
	for _, h := range x.Holders {
		if !h.Deleted {
			now = append(now, h)
		}
	}
	return now
}

func (x explainer) holding(holders []Holder) string {
	switch {
	case len(holders) == 1:
		return names(holders) + " holds the lock"
	case len(holders) > 1:
		return names(holders) + " hold the lock"
	case x.Locker > 0:
		return fmt.Sprintf("The lock is held, taken by %d", x.Locker)
	}
	return "The lock is held"
}

func (x explainer) pidfile() string {
	switch x.Pidfile.State {
	case lock.PidfileMissing:
		return "there is no pidfile"
	case lock.PidfileEmpty:
		return "the pidfile is empty"
	}
	return fmt.Sprintf("the pidfile is no PID (%s)", quote(x.Pidfile.Text))
}

// named is the process that the pidfile names: by its program where it lives.
func (x explainer) named() string {
	if x.Owner == nil {
		return fmt.Sprint(x.Pidfile.PID)
	}
	return who(x.Owner)
}

// ownerPID is the PID here of the process that the pidfile names, which may
// name it by the PID it has in a container.
func (x explainer) ownerPID() int {
	if x.Owner == nil {
		return x.Pidfile.PID
	}
	return x.Owner.PID
}

func (x explainer) namedAndFate() string {
	switch x.Process {
	case lock.ProcessReused:
		return fmt.Sprintf("%d, which is another process by now (%s, started after the pidfile was written)", x.Pidfile.PID, program(x.Owner))
	case lock.ProcessUnrelated:
		return fmt.Sprintf("%s, which lives but has nothing to do with this directory", x.named())
	case lock.ProcessAlive:
		return fmt.Sprintf("%s, which lives but is not among the holders", x.named())
	}
	return fmt.Sprintf("%d, which %s", x.Pidfile.PID, x.fate())
}

func (x explainer) fate() string {
	switch x.Process {
	case lock.ProcessGone:
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

// who is a process as a person would call it: kvd 8121.
func who(p *Process) string { return fmt.Sprintf("%s %d", program(p), p.PID) }

// program is the last part of a command line's first word, escaped.
func program(p *Process) string {
	if p == nil {
		return "process"
	}
	if strings.HasPrefix(p.Command, "[") { // the name of one that has no command line
		return Escape(p.Command)
	}
	first, _, _ := strings.Cut(p.Command, " ")
	if first == "" {
		return "process"
	}
	if first = path.Base(first); len(first) > maxProgram {
		return Escape(first[:maxProgram]) + "…"
	}
	return Escape(first)
}

// maxProgram is how many bytes of a program's name a sentence has: a process
// chooses its own, and how long it is.
const maxProgram = 64

// maxNames is how many holders a sentence names.
const maxNames = 3

func names(holders []Holder) string {
	return sentence(holders, func(h Holder) string { return who(h.Process) })
}

func commands(holders []Holder) string {
	return sentence(holders, func(h Holder) string { return program(h.Process) })
}

func sentence(holders []Holder, word func(Holder) string) string {
	var words []string
	for i, h := range holders {
		if i == maxNames {
			words = append(words, fmt.Sprintf("%d more", len(holders)-maxNames))
			break
		}
		words = append(words, word(h))
	}
	if n := len(words); n > 1 {
		return strings.Join(words[:n-1], ", ") + " and " + words[n-1]
	}
	return strings.Join(words, "")
}

func pidList(holders []Holder) string {
	pids := make([]string, len(holders))
	for i, h := range holders {
		pids[i] = fmt.Sprint(h.PID)
	}
	return strings.Join(pids, ",")
}

// psOf is the command that shows what they are and who started them.
func psOf(holders []Holder) string { return "ps -o pid,ppid,lstart,args -p " + pidList(holders) }

func tempNames(temps []lock.Temp) string {
	names := make([]string, len(temps))
	for i, t := range temps {
		names[i] = Escape(t.Name)
	}
	return strings.Join(names, ", ")
}

// quote shows a text from outside, shortened.
func quote(text string) string {
	const most = 20
	if len(text) > most {
		return `"` + Escape(text[:most]) + `"…`
	}
	return `"` + Escape(text) + `"`
}

// cause is an error without the path, which stands beside it anyway.
func cause(err error) string {
	if err == nil {
		return "no reason is known"
	}
	var p *fs.PathError
	if errors.As(err, &p) {
		return Escape(fmt.Sprintf("%s %s: %v", p.Op, path.Base(p.Path), p.Err))
	}
	return Escape(err.Error())
}
