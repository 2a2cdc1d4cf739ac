package report

import (
	"fmt"
	"strings"

	"lockscope/lock"
)

// An heir is a process that inherited the descriptor of the lock file from the process that took
// the lock.

func (x explainer) orphaned() (summary string, todo advice) {
	summary = fmt.Sprintf("The lock outlived its owner: %d %s; %s", x.ev.Pidfile.PID, x.fate(), x.heirs())
	return summary, x.adviceOnHeirs()
}

func (x explainer) unnamed() (summary string, todo advice) {
	holders := x.present()
	if x.why.Has(InheritedFD) {
		return fmt.Sprintf("%s, and the lock outlived who took it: %d is gone; %s", capitalize(x.pidfile()), x.ev.Locker, x.heirs()), x.adviceOnHeirs()
	}
	summary = fmt.Sprintf("%s, but %s.", x.holding(holders), x.pidfile())
	switch {
	case x.beginsWithHolder():
		return summary, say("none is needed: the pidfile begins with its holder's own PID, so this daemon writes it like that")
	case len(filter(holders, func(h Holder) bool { return !h.Inherited && Program(h.Process) == "flock" })) > 0:
		return summary, inspect("flock(1) keeps the lock for as long as its command runs; see what that is", holders)
	case len(holders) > 0:
		return summary, inspect("find out whether "+names(holders)+" is the daemon, and why its pidfile does not name it", holders)
	case x.ev.Locker > 0:
		return summary, inspectPID("find out what took it", x.ev.Locker)
	}
	return summary, say(x.remedy())
}

// beginsWithHolder reports whether the pidfile's text, which is no PID, begins with that of a
// holder: some daemons write more after it.
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

// heirs says who inherited the lock, and what else they do in the directory.
func (x explainer) heirs() string {
	heirs := x.present()
	n := len(heirs)
	text := fmt.Sprintf("%s inherited the open lock file and %s the lock", names(heirs), number(n, "keeps", "keep"))
	if !x.areHeirs(heirs) {
		text = fmt.Sprintf("%s %s the lock file open and %s the lock", names(heirs), number(n, "has", "have"), number(n, "keeps", "keep"))
	}
	switch working := filter(heirs, func(h Holder) bool { return h.OtherUse == lock.UseSome }); {
	case len(working) > 0:
		return fmt.Sprintf("%s. %s also has other files of the directory in use, and may be the daemon itself, if that forked after it took the lock.", text, names(working))
	case len(filter(heirs, isInit)) > 0:
		return fmt.Sprintf("%s. %s is the first process of a PID namespace, with which all others there end.", text, names(filter(heirs, isInit)))
	case len(filter(heirs, func(h Holder) bool { return h.OtherUse == lock.UseUnknown })) > 0:
		return fmt.Sprintf("%s. Whether %s %s doing more here cannot be seen.", text, number(n, "it", "they"), number(n, "is", "are"))
	}
	return text + "."
}

// adviceOnHeirs advises to kill heirs only if none of them uses more of the directory than the
// lock: an heir that does may be the daemon itself.
func (x explainer) adviceOnHeirs() advice {
	heirs := x.present()
	if !x.areHeirs(heirs) || len(filter(heirs, func(h Holder) bool { return h.OtherUse != lock.UseNone || isInit(h) })) > 0 {
		return inspect("find out what it is before you end it", heirs)
	}
	command := "kill " + pids(heirs, " ")
	text := fmt.Sprintf("%s (%s), which inherited the lock", command, programs(heirs))
	if x.ev.Locker > 0 {
		text += fmt.Sprintf(" from %d", x.ev.Locker)
	}
	return advice{text + "; then the lock is free", command}
}

// areHeirs reports whether all holders are known to have the lock from a process that existed
// before them. The opposite happens too: a shell that locks a descriptor of its own by flock(1) has
// the lock from its child, which took it and ended at once.
//
// A taker that the pidfile names took the lock for itself. Otherwise the PIDs tell: the kernel
// gives them out in ascending order, so a holder with a lower PID than the taker was there before
// it.
func (x explainer) areHeirs(holders []Holder) bool {
	return x.ev.Locker > 0 && (x.ev.Locker == x.ev.Pidfile.PID || len(filter(holders, func(h Holder) bool { return h.Process.PID < x.ev.Locker })) == 0)
}

// isInit reports whether a process is the first one of a PID namespace, such as a container's.
func isInit(h Holder) bool { return h.Process.PID == 1 || h.Process.NSPID == 1 }
