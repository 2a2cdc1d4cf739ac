package ui

import (
	"strconv"
	"strings"

	"charm.land/lipgloss/v2"

	"lockscope/scan/report"
	"lockscope/ui/show"
)

// counter is one piece of the counters line.
type counter struct {
	text  string       // styled
	shows show.Classes // what a click on it shows alone; 0 = nothing
	log   bool         // a click on it shows the log
}

// countersLine says how many are in which state, the problems first.
func (m *model) countersLine() string {
	if m.list.Total() == 0 && len(m.scan.problems()) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString(" ")
	for _, c := range m.counters() {
		b.WriteString(c.text)
	}
	return b.String()
}

// counterForm is how much the counters line tells.
type counterForm struct {
	zeros   bool // problems that no directory has, too
	digits  bool // the digit that shows a state, behind each
	healthy bool // the healthy states
	total   bool // or how many there are of all, which the header has too
	settled bool // not those that are still being checked
	gap     string
}

// counterForms are in order of preference. A digit that stands at its state is worth more than how many
// are healthy.
var counterForms = []counterForm{
	{zeros: true, digits: true, healthy: true, gap: "  "},
	{zeros: true, digits: true, healthy: true, gap: " "},
	{digits: true, healthy: true, gap: "  "},
	{digits: true, healthy: true, gap: " "},
	{digits: true, total: true, gap: " "},
	{digits: true, gap: " "},
	{healthy: true, gap: " "},
	{total: true, gap: " "},
	{gap: " "},
	{settled: true, gap: " "},
}

// counters are the pieces of the counters line, in the first form that fits.
func (m *model) counters() []counter {
	for _, form := range counterForms {
		w := 1
		long := m.longCounters(form)
		for _, c := range long {
			w += show.Width(c.text)
		}
		if w <= m.width {
			return long
		}
	}
	return m.shortCounters()
}

// longCounters has each state.
func (m *model) longCounters(form counterForm) []counter {
	l, t := m.list, &m.theme
	var out []counter
	add := func(c show.Class) {
		style := t.class(c)
		if l.Count(c) == 0 {
			style = t.dim
		}
		if l.Classes().Has(c) {
			style = style.Underline(true)
		}
		text := style.Render(show.Count(l.Count(c)) + " " + c.String())
		if digit := c.Digit(); digit > 0 && form.digits {
			text += t.dim.Render("[" + strconv.Itoa(digit) + "]")
		}
		out = append(out, counter{text: text, shows: show.Only(c)}, counter{text: form.gap})
	}
	if l.Problems() == 0 && m.scan.passes > 0 && l.Total() > 0 {
		text, style := m.noProblems()
		out = append(out, counter{text: style.Render(text)}, counter{text: form.gap})
	}
	for c := range show.ClassCount {
		if c.Problem() && (form.zeros || l.Count(c) > 0) {
			add(c)
		}
	}
	if l.Count(show.Checking) > 0 && !form.settled {
		add(show.Checking)
	}
	if form.total { // of the directories, so not after the errors and hosts
		_, all := l.Directories()
		gap := form.gap
		if len(m.scan.problems())+l.Lost() > 0 {
			gap = ", " // "of 5 1 host lost" would be read twice
		}
		out = append(out, counter{text: t.dim.Render("of " + show.Count(all))}, counter{text: gap})
	}
	if n := len(m.scan.problems()); n > 0 {
		out = append(out, counter{text: t.alarm.Render(show.Counted(n, "error", "errors")), log: true}, counter{text: form.gap})
	}
	if n := l.Lost(); n > 0 {
		out = append(out, m.lostCounter(n), counter{text: form.gap})
	}
	if !form.healthy && len(out) > 0 {
		return out[:len(out)-1]
	}
	if len(out) > 0 {
		out[len(out)-1].text = t.dim.Render(" " + t.bar + " ")
	}
	for c := show.Checking + 1; c < show.ClassCount; c++ {
		add(c)
	}
	return out[:len(out)-1]
}

// noProblems says that there is no problem, as far as that is known: where something could not be read,
// or is being checked, it is said of the rest alone, and is not green.
func (m *model) noProblems() (string, lipgloss.Style) {
	if m.list.Count(show.Checking) > 0 {
		return "no problems so far", m.theme.roles[show.Plain]
	}
	switch {
	case !m.scan.readAll() || m.list.Lost() > 0:
		return "no problems in what was read", m.theme.roles[show.Plain]
	case m.scan.paused(): // there may be some by now
		return "no problems when it was paused", m.theme.roles[show.Plain]
	}
	return m.theme.ok + " no problems", m.theme.good
}

// shortCounters are for a screen that is too narrow for the long ones.
func (m *model) shortCounters() []counter {
	l, t := m.list, &m.theme
	n := l.Problems()
	style := t.alarm
	if n == 0 {
		_, style = m.noProblems()
	}
	matching, all := l.Directories()
	rest := " of " + show.Count(all)
	if l.Filtered() {
		rest = ", " + show.Count(matching) + rest + " shown"
	}
	out := []counter{{text: style.Render(show.Counted(n, "problem", "problems")), shows: show.Problems}, {text: rest}}
	if errs := len(m.scan.problems()); errs > 0 {
		out = append(out, counter{text: ", "}, counter{text: t.alarm.Render(show.Counted(errs, "error", "errors")), log: true})
	}
	if n := l.Lost(); n > 0 {
		out = append(out, counter{text: ", "}, m.lostCounter(n))
	}
	return out
}

// lostCounter says how many hosts are lost. Their rows are among those that are unknown.
func (m *model) lostCounter(n int) counter {
	text := m.theme.alarm.Render(show.LostHosts(n))
	return counter{text: text, shows: show.Only(show.ClassOfState(report.Unknown))}
}
