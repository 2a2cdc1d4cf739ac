package ui

import (
	"strings"
	"time"

	"lockscope/scan"
)

// event is one directory's change from one class to another, or an attempt to break its lock.
type event struct {
	at       time.Time
	path     string
	from, to class        // noClass where there was or is no directory
	report   *scan.Report // what it rests on; nil for a directory that is gone
	attempt  *attempt     // with neither of them
}

// noClass is the class of what is not, or not yet, a data directory.
const noClass = class(classCount)

// eventLog keeps the latest events, the oldest first.
type eventLog []event

// maxEvents is how many events are kept: each keeps a report alive.
const maxEvents = 1000

func (l *eventLog) add(events ...event) {
	*l = append(*l, events...)
	if over := len(*l) - maxEvents; over > 0 {
		*l = append((*l)[:0], (*l)[over:]...)
	}
}

// logLines are the errors of the last walk and the events, the newest first:
// for each when, what and where, and below it why.
func (m *model) logLines() []string {
	t := &m.theme
	var lines []string
	if errs := m.scan.problems(); len(errs) > 0 {
		lines = append(lines, " "+t.name.Render("Could not be read"))
		for _, e := range errs {
			for _, line := range wrap(escapeError(e), m.width-4) {
				lines = append(lines, "   "+line)
			}
		}
		lines = append(lines, "")
	}
	lines = append(lines, " "+t.name.Render("Since the start"))
	if len(m.events) == 0 {
		return append(lines, "   "+t.dim.Render("none so far"))
	}
	for i := len(m.events) - 1; i >= 0; i-- {
		lines = append(lines, m.eventLines(&m.events[i])...)
	}
	return lines
}

func (m *model) eventLines(e *event) []string {
	t := &m.theme
	path := m.paths.of(e.path)
	head := "   " + t.dim.Render(e.at.Format(time.TimeOnly)) + "  " + m.transition(e) + "  "
	if room := m.width - width(head) - 1; width(path) <= room {
		head += path
		path = ""
	}
	lines := []string{head}
	if path != "" {
		lines = append(lines, strings.Repeat(" ", 13)+shortenMiddle(path, m.width-14, t.mark))
	}
	indent := strings.Repeat(" ", 13)
	if e.report != nil {
		summary, _ := e.report.Explain()
		lines = append(lines, indent+t.dim.Render(shorten(summary, m.width-14, t.mark)))
	}
	if e.attempt != nil {
		for _, line := range wrap(e.attempt.text(), m.width-14) {
			lines = append(lines, indent+t.dim.Render(line))
		}
	}
	return lines
}

// transition says from what to what.
func (m *model) transition(e *event) string {
	t := &m.theme
	word := func(c class) string { return t.class[c].Render(c.String()) }
	switch {
	case e.attempt != nil:
		style := t.alarm
		if e.attempt.outcome() == broken {
			style = t.good
		}
		return "break: " + style.Render(e.attempt.outcome().String())
	case e.from == noClass:
		return "found " + word(e.to)
	case e.to == noClass:
		return "gone, was " + word(e.from)
	}
	return word(e.from) + " " + t.arrow + " " + word(e.to)
}
