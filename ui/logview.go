package ui

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"lockscope/scan/report"
	"lockscope/ui/show"
)

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
	path := m.paths.Of(e.change.Path)
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
	if e.change.Report != nil {
		summary, _ := e.change.Report.Explain()
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
		if e.attempt.Outcome == report.Removed {
			style = t.good
		}
		return "break: " + style.Render(show.OutcomeWord(e.attempt.Outcome))
	case e.handOver():
		text := word(e.change.To) + " " + strconv.Itoa(e.change.FromPID) + " " + t.chars.Arrow + " " + strconv.Itoa(e.change.ToPID)
		if e.more > 0 {
			text += ", " + show.Count(e.more+1) + " times in " + show.LongAge(e.at.Sub(e.first))
		}
		return text
	case e.change.From == show.NoClass:
		return "found " + word(e.change.To)
	case e.change.To == show.NoClass:
		return "gone, was " + word(e.change.From)
	}
	return word(e.change.From) + " " + t.chars.Arrow + " " + word(e.change.To)
}
