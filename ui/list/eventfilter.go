package list

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"lockscope/scan/report"
	"lockscope/ui/show"
)

// Filter is a filter of the log or of the holders, in the words of SetFilter. The zero value lets all through.
type Filter struct {
	terms   []term
	context context
}

// EventFilter is a filter of the log as it was typed. For the problem see SetFilter.
func (l *List) EventFilter(text string) (f Filter, problem string) {
	f.context = l.context
	f.terms, problem = parseTerms(text, eventFields)
	return f, problem
}

// All reports whether it lets all through.
func (f *Filter) All() bool { return len(f.terms) == 0 }

// SetTime says what time it is, for ages.
func (f *Filter) SetTime(now time.Time) { f.context.now = now }

// Event reports whether an event matches.
func (f *Filter) Event(e *Event) bool {
	for i := range f.terms {
		if t := &f.terms[i]; t.matchesEvent(e, &f.context) == t.not {
			return false
		}
	}
	return true
}

func (t *term) matchesEvent(e *Event, in *context) bool {
	for i := range t.any {
		if t.any[i].matchesEvent(t.field, e, in) {
			return true
		}
	}
	return false
}

func (a *alt) matchesEvent(f field, e *Event, in *context) bool {
	switch f {
	case inPath:
		return a.inEventPath(e, in)
	case inState:
		return e.Attempt == nil && !e.Unread && (a.classes.Has(e.From) || a.classes.Has(e.To))
	case inPID:
		return e.FromPID == a.pid || e.ToPID == a.pid || hasWord(e.Cause, strconv.Itoa(a.pid))
	case inCommand:
		return a.inPeers(e, in)
	case inAge:
		return a.isAge(report.Since{At: e.At}, in)
	case inHost:
		host, _ := report.SplitKey(e.Path)
		return a.in(cmp.Or(host, in.host), false, in)
	}
	return a.inEventPath(e, in) || a.inWord(e.words()) || a.inPeers(e, in)
}

func (a *alt) inEventPath(e *Event, in *context) bool {
	lower := isLower(e.Path)
	return a.in(e.Path, lower, in) || a.pattern != nil && a.pattern.anchored && a.in(in.below(e.Path), lower, in)
}

func (a *alt) inPeers(e *Event, in *context) bool {
	return e.Handoff != nil && (a.in(e.Handoff.From.Command, false, in) || a.in(e.Handoff.To.Command, false, in))
}

// hasWord reports whether a word is one of a text.
func hasWord(text, word string) bool {
	return slices.Contains(strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == ',' }), word)
}

// words are what an event is called, with its PIDs and its cause, in lower case.
func (e *Event) words() string {
	switch {
	case e.Unread:
		return "could not be read " + strings.ToLower(e.Cause)
	case e.Attempt != nil:
		return "break " + strings.ToLower(e.Cause)
	}
	var words []string
	switch {
	case e.Handoff != nil && e.Handoff.RolledBack:
		words = append(words, "rolled back")
	case e.Handoff != nil:
		words = append(words, "handed off")
	case e.OfHost() && e.To == show.NoClass:
		words = append(words, "host back")
	case e.OfHost():
		words = append(words, "host lost")
	case e.From == show.NoClass:
		words = append(words, "found", e.To.String())
	case e.To == show.NoClass:
		words = append(words, "gone", e.From.String())
	default:
		words = append(words, e.From.String(), e.To.String())
	}
	for _, pid := range []int{e.FromPID, e.ToPID} {
		if pid != 0 {
			words = append(words, strconv.Itoa(pid))
		}
	}
	return strings.Join(append(words, strings.ToLower(e.Cause)), " ")
}
