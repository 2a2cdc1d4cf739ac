package chaos

import (
	"fmt"
	"slices"
	"time"
)

// The rules of the referee. Each one is given what happened and what was said, and returns the faults.

// acquire is an attempt, and how it went.
type acquire struct {
	span
	path  string
	pid   int
	how   string // "ok", "refused" or "failed"
	said  string
	until moment // it had the lock, or an heir of it, up to here at least; forever at the end
	file  int    // number of the lock file
}

// twoWriters finds those that had the same lock file's lock at one time. Whoever has an earlier lock file is known to
// be one writer too many: somebody removed it.
func twoWriters(acquires []acquire) (faults []string) {
	byFile := map[string][]acquire{}
	for _, a := range acquires {
		if a.how == "ok" {
			key := fmt.Sprint(a.path, a.file)
			byFile[key] = append(byFile[key], a)
		}
	}
	for _, list := range byFile {
		slices.SortFunc(list, func(a, b acquire) int { return int(a.To - b.To) })
		for i, a := range list {
			for _, b := range list[i+1:] {
				if b.To < a.until { // both have it for sure at b.To
					faults = append(faults, fmt.Sprintf("%s: %d has the lock from %v to %v, and %d from %v", a.path, a.pid, a.To, a.until, b.pid, b.To))
				}
			}
		}
	}
	return faults
}

// falseVerdict returns what is wrong with a verdict: nothing that was the case when lockscope looked agrees.
func falseVerdict(h history, v verdict) string {
	was := h.during(v.span)
	for _, p := range was {
		if v.agreesAtOnce(p.facts) {
			return ""
		}
	}
	return fmt.Sprintf("%s: %s %v, holders %v (%s), seen at %v to %v, read at %v; true was %+v", v.path, v.state, v.reasons, v.holders, v.summary, v.From, v.To, v.read, was)
}

// keptVerdict finds verdicts that were left standing though something else was the case for long, and directories that
// were not found for longer. said are those on the path, in the order of their coming. until is the end of the watch.
func keptVerdict(h history, said []verdict, until moment, long, longer time.Duration) (faults []string) {
	for _, p := range h {
		core := h.alone(p)
		core.To = min(core.To, until)
		last, most := verdict{state: "gone"}, long
		for _, v := range said {
			if v.read <= core.To {
				last = v
			}
		}
		if last.state == "gone" {
			most = longer
		}
		if time.Duration(core.To-core.From) >= most && !last.agrees(p.facts) {
			faults = append(faults, fmt.Sprintf("from %v to %v it was %+v, and at its end lockscope still said %s %v, holders %v, of %v", core.From, core.To, p.facts, last.state, last.reasons, last.holders, last.To))
		}
	}
	return faults
}

// refused says whether an acquire was refused, or failed, though nobody had the lock at any time of it. late is how
// long a process that died may still have looked like a holder; then wasDeath is set.
func refused(h history, a acquire, late time.Duration) (fault string, wasDeath bool) {
	if a.how == "ok" {
		return "", false
	}
	if a.how == "refused" {
		held := func(p period) bool { return len(p.Holders) > 0 }
		if slices.ContainsFunc(h.during(a.span), held) {
			return "", false
		}
		if slices.ContainsFunc(h.during(a.wider(late, 0)), held) {
			return "", true
		}
	}
	return fmt.Sprintf("%s: the acquire by %d from %v to %v: %s %s; true was %+v", a.path, a.pid, a.From, a.To, a.how, a.said, h.during(a.span)), false
}

// badBreak returns what is wrong with a break: at no time of it was the directory stale.
func badBreak(h history, path string, s span) string {
	was := h.during(s)
	if slices.ContainsFunc(was, func(p period) bool { return p.state() == "stale" }) {
		return ""
	}
	return fmt.Sprintf("%s: broken from %v to %v, and true was %+v", path, s.From, s.To, was)
}

// alone is the part of a period in which nothing else may have been the case.
func (h history) alone(p period) (s span) {
	s = p.span
	for _, o := range h {
		switch {
		case o.equal(p.facts) || !o.overlaps(p.span):
		case o.From <= p.From:
			s.From = max(s.From, o.To)
		default:
			s.To = min(s.To, o.From)
		}
	}
	return s
}
