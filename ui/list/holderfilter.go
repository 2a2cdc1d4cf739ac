package list

import (
	"cmp"
	"strconv"

	"lockscope/scan/report"
)

// HolderFilter is a filter of the holders as it was typed. For the problem see SetFilter.
func (l *List) HolderFilter(text string) (f Filter, problem string) {
	f.context = l.context
	f.terms, problem = parseTerms(text, holderFields)
	return f, problem
}

// Holder reports whether a holder matches.
func (f *Filter) Holder(h *Holder) bool {
	for i := range f.terms {
		if t := &f.terms[i]; t.matchesHolder(h, &f.context) == t.not {
			return false
		}
	}
	return true
}

func (t *term) matchesHolder(h *Holder, in *context) bool {
	for i := range t.any {
		if t.any[i].matchesHolder(t.field, h, in) {
			return true
		}
	}
	return false
}

func (a *alt) matchesHolder(f field, h *Holder, in *context) bool {
	switch f {
	case inState:
		return a.inCounts(h)
	case inPID:
		return h.PID == a.pid
	case inCommand:
		return a.in(h.Command(), false, in)
	case inUser:
		return a.in(h.User(), false, in)
	case inAge:
		return a.isAge(report.Since{At: h.Started()}, in)
	case inHost:
		return a.in(cmp.Or(h.Host, in.host), false, in)
	}
	return h.Host != "" && a.in(h.Host, false, in) || a.inWord(h.Worst.String()) || a.inWord(strconv.Itoa(h.PID)) || a.in(h.Command(), false, in) || a.in(h.User(), false, in) ||
		h.State.Exited() && a.inWord(h.State.String())
}

// inCounts reports whether any of its directories is in one of the states.
func (a *alt) inCounts(h *Holder) bool {
	for _, c := range a.classes.List() {
		if h.Counts[c] > 0 {
			return true
		}
	}
	return false
}
