package ui

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"lockscope/scan/repair"
	"lockscope/scan/report"
	"lockscope/ui/show"
)

// event is one directory's change from one class to another or, held all
// along, from one holder to another; or an attempt to break its lock.
type event struct {
	at       time.Time
	path     string
	from, to show.Class      // noClass where there was or is no directory
	report   *report.Report  // what it rests on; nil for a directory that is gone
	attempt  *repair.Attempt // with neither of them

	fromPID, toPID int       // of the holders, if they are what changed
	more           int       // hand-overs since the first, of which this is the last
	first          time.Time // when that was
}

func (e *event) handOver() bool { return e.fromPID != e.toPID }

// eventLog keeps the latest events, the oldest first.
type eventLog struct {
	events    []*event
	handOvers map[string]*event // the last event of a directory, if it is one
}

const (
	// maxEvents is how many events are kept: each keeps a report alive.
	maxEvents = 1000
	// handOverGap is how soon after the last hand-over another one is no new event.
	handOverGap = time.Minute
)

// add takes in new events. Hand-overs of one directory in quick succession become one
// event, and are the first to be forgotten: they push no problem out.
func (l *eventLog) add(events ...event) {
	for i := range events {
		e := &events[i]
		last := l.handOvers[e.path]
		delete(l.handOvers, e.path)
		if e.handOver() {
			if last != nil && e.at.Sub(last.at) < handOverGap {
				e.more, e.first = last.more+1, last.first
				at := slices.Index(l.events, last)
				l.events = slices.Delete(l.events, at, at+1)
			} else {
				e.first = e.at
			}
			if l.handOvers == nil {
				l.handOvers = map[string]*event{}
			}
			l.handOvers[e.path] = e
		}
		l.events = append(l.events, e)
	}
	over := len(l.events) - maxEvents
	if over <= 0 {
		return
	}
	l.events = slices.DeleteFunc(l.events, func(e *event) bool {
		if over == 0 || !e.handOver() {
			return false
		}
		over--
		if l.handOvers[e.path] == e {
			delete(l.handOvers, e.path)
		}
		return true
	})
	l.events = slices.Delete(l.events, 0, over)
}

// logLines are the errors of the last walk and the events, the newest first:
// for each when, what and where, and below it why.
func (m *model) logLines() []string {
	t := &m.theme
	var lines []string
	if errs := m.scan.problems(); len(errs) > 0 {
		lines = append(lines, " "+t.name.Render("Could not be read"))
		for _, e := range errs {
			for _, line := range show.Wrap(t.chars.Plain(escapeError(e)), m.width-4) {
				lines = append(lines, "   "+line)
			}
		}
		lines = append(lines, "")
	}
	lines = append(lines, " "+t.name.Render("Since the start"))
	if len(m.events.events) == 0 {
		return append(lines, "   "+t.dim.Render("none so far"))
	}
	for _, e := range slices.Backward(m.events.events) {
		lines = append(lines, m.eventLines(e)...)
	}
	return lines
}

func (m *model) eventLines(e *event) []string {
	t := &m.theme
	path := m.paths.Of(e.path)
	head := "   " + t.dim.Render(e.at.Format(time.TimeOnly)) + "  " + m.transition(e) + "  "
	if room := m.width - show.Width(head) - 1; show.Width(path) <= room {
		head += path
		path = ""
	}
	lines := []string{head}
	if path != "" {
		lines = append(lines, strings.Repeat(" ", 13)+show.ShortenMiddle(path, m.width-14, t.chars.Mark))
	}
	indent := strings.Repeat(" ", 13)
	if e.report != nil {
		summary, _ := e.report.Explain()
		lines = append(lines, indent+t.dim.Render(show.Shorten(t.chars.Plain(summary), m.width-14, t.chars.Mark)))
	}
	if e.attempt != nil {
		for _, line := range show.Wrap(t.chars.Plain(show.AttemptText(e.attempt)), m.width-14) {
			lines = append(lines, indent+t.dim.Render(line))
		}
	}
	return lines
}

// transition says from what to what.
func (m *model) transition(e *event) string {
	t := &m.theme
	word := func(c show.Class) string { return t.classes[c].Render(c.String()) }
	switch {
	case e.attempt != nil:
		style := t.alarm
		if e.attempt.Outcome == repair.Removed {
			style = t.good
		}
		return "break: " + style.Render(show.OutcomeWord(e.attempt.Outcome))
	case e.handOver():
		text := word(e.to) + " " + strconv.Itoa(e.fromPID) + " " + t.chars.Arrow + " " + strconv.Itoa(e.toPID)
		if e.more > 0 {
			text += ", " + show.Count(e.more+1) + " times in " + show.LongAge(e.at.Sub(e.first))
		}
		return text
	case e.from == show.NoClass:
		return "found " + word(e.to)
	case e.to == show.NoClass:
		return "gone, was " + word(e.from)
	}
	return word(e.from) + " " + t.chars.Arrow + " " + word(e.to)
}
