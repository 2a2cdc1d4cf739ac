package ui

import (
	"strings"

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

// counters are the pieces of the counters line, in the longest form that fits.
func (m *model) counters() []counter {
	for _, form := range []struct {
		healthy bool
		gap     string
	}{{true, "  "}, {false, "  "}, {false, " "}} {
		w := 1
		long := m.longCounters(form.healthy, form.gap)
		for _, c := range long {
			w += show.Width(c.text)
		}
		if w <= m.width {
			return long
		}
	}
	return m.shortCounters()
}

// longCounters has each state, the healthy ones if asked for, else the total.
func (m *model) longCounters(healthy bool, gap string) []counter {
	l, t := m.list, &m.theme
	var out []counter
	add := func(c show.Class) {
		style := t.class(c)
		if l.Classes().Has(c) {
			style = style.Underline(true)
		}
		text := style.Render(show.Count(l.Count(c)) + " " + c.String())
		out = append(out, counter{text: text, shows: show.Only(c)}, counter{text: gap})
	}
	for c := range show.ClassCount {
		if c.Problem() && l.Count(c) > 0 {
			add(c)
		}
	}
	if len(out) == 0 && m.scan.passes > 0 && l.Total() > 0 {
		out = append(out, counter{text: t.good.Render(t.ok + " no problems")}, counter{text: gap})
	}
	if l.Count(show.Checking) > 0 {
		add(show.Checking)
	}
	if n := len(m.scan.problems()); n > 0 {
		out = append(out, counter{text: t.alarm.Render(show.Counted(n, "error", "errors")), log: true}, counter{text: gap})
	}
	if !healthy {
		return append(out, counter{text: t.dim.Render("of " + show.Count(l.Total()))})
	}
	if len(out) > 0 {
		out[len(out)-1].text = t.dim.Render(" " + t.bar + " ")
	}
	for c := show.Checking + 1; c < show.ClassCount; c++ {
		add(c)
	}
	return out[:len(out)-1]
}

// shortCounters are for a screen that is too narrow for the long ones.
func (m *model) shortCounters() []counter {
	l, t := m.list, &m.theme
	n := l.Problems()
	style := t.alarm
	if n == 0 {
		style = t.good
	}
	rest := " of " + show.Count(l.Total())
	if l.Filtered() {
		rest = ", " + show.Count(l.Matching()) + rest + " shown"
	}
	return []counter{{text: style.Render(show.Counted(n, "problem", "problems")), shows: show.Problems}, {text: rest}}
}
