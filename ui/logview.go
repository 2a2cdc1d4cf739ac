package ui

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"lockscope/scan/report"
	"lockscope/ui/list"
	"lockscope/ui/show"
)

// logLines are the errors of the last walk, and what happened since the start, the newest first:
// for each entry when, what and where, and below it why.
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
	if len(m.log.Entries()) == 0 {
		return append(lines, "   "+t.dim.Render("none so far"))
	}
	for _, e := range slices.Backward(m.log.Entries()) {
		lines = append(lines, m.entryLines(e)...)
	}
	return lines
}

// entryLines are one entry.
func (m *model) entryLines(e *list.Entry) []string {
	t := &m.theme
	path := m.paths.Of(e.Event.Path)
	head := "   " + t.dim.Render(e.At.Format(time.TimeOnly)) + "  " + m.transition(e) + "  "
	if room := m.width - show.Width(head) - 1; show.Width(path) <= room {
		head += path
		path = ""
	}
	lines := []string{head}
	if path != "" {
		lines = append(lines, strings.Repeat(" ", 13)+show.ShortenMiddle(path, m.width-14, t.chars.Mark))
	}
	indent := strings.Repeat(" ", 13)
	if e.Event.Report != nil {
		summary, _ := e.Event.Report.Explain()
		lines = append(lines, indent+t.dim.Render(show.Shorten(t.chars.Plain(summary), m.width-14, t.chars.Mark)))
	}
	if e.Attempt != nil {
		for _, line := range show.Wrap(t.chars.Plain(show.AttemptText(e.Attempt)), m.width-14) {
			lines = append(lines, indent+t.dim.Render(line))
		}
	}
	return lines
}

// transition says from what to what.
func (m *model) transition(e *list.Entry) string {
	t := &m.theme
	word := func(c show.Class) string { return t.class(c).Render(c.String()) }
	switch {
	case e.Attempt != nil:
		style := t.alarm
		if e.Attempt.Outcome == report.Removed {
			style = t.good
		}
		return "break: " + style.Render(show.OutcomeWord(e.Attempt.Outcome))
	case e.HandOver():
		text := word(e.Event.To) + " " + strconv.Itoa(e.Event.FromPID) + " " + t.chars.Arrow + " " + strconv.Itoa(e.Event.ToPID)
		if e.Times > 1 {
			text += ", " + show.Count(e.Times) + " times in " + show.LongAge(e.At.Sub(e.First))
		}
		return text
	case e.Event.From == show.NoClass:
		return "found " + word(e.Event.To)
	case e.Event.To == show.NoClass:
		return "gone, was " + word(e.Event.From)
	}
	return word(e.Event.From) + " " + t.chars.Arrow + " " + word(e.Event.To)
}
