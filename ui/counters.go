package ui

import (
	"strings"
)

// counter is one piece of the counters line.
type counter struct {
	text  string  // styled
	shows classes // what a click on it shows alone; 0 = nothing
	log   bool    // a click on it shows the log
}

// countersLine says how many are in which state, the problems first.
func (m *model) countersLine() string {
	if len(m.rows.sorted) == 0 && len(m.scan.problems()) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString(" ")
	for _, c := range m.counters() {
		b.WriteString(c.text)
	}
	return b.String()
}

// counters are the longest form that fits.
func (m *model) counters() []counter {
	for _, form := range []struct {
		healthy bool
		gap     string
	}{{true, "  "}, {false, "  "}, {false, " "}} {
		w := 1
		long := m.longCounters(form.healthy, form.gap)
		for _, c := range long {
			w += width(c.text)
		}
		if w <= m.width {
			return long
		}
	}
	return m.shortCounters()
}

// longCounters has each state, the healthy ones if asked for, else the total.
func (m *model) longCounters(healthy bool, gap string) []counter {
	rs, t := m.rows, &m.theme
	var out []counter
	add := func(c class) {
		text := t.class[c].Render(count(rs.counts[c]) + " " + c.String())
		if rs.query.classes.has(c) {
			text = t.class[c].Underline(true).Render(count(rs.counts[c]) + " " + c.String())
		}
		out = append(out, counter{text: text, shows: only(c)}, counter{text: gap})
	}
	for c := range class(classCount) {
		if c.problem() && rs.counts[c] > 0 {
			add(c)
		}
	}
	if len(out) == 0 && m.scan.passes > 0 && len(rs.sorted) > 0 {
		out = append(out, counter{text: t.good.Render(t.ok + " no problems")}, counter{text: gap})
	}
	if rs.counts[checking] > 0 {
		add(checking)
	}
	if n := len(m.scan.problems()); n > 0 {
		out = append(out, counter{text: t.alarm.Render(counted(n, "error", "errors")), log: true}, counter{text: gap})
	}
	if !healthy {
		return append(out, counter{text: t.dim.Render("of " + count(len(rs.sorted)))})
	}
	if len(out) > 0 {
		out[len(out)-1].text = t.dim.Render(" " + t.bar + " ")
	}
	for c := checking + 1; c < classCount; c++ {
		add(c)
	}
	return out[:len(out)-1]
}

// shortCounters are for where the long ones do not fit.
func (m *model) shortCounters() []counter {
	rs, t := m.rows, &m.theme
	n := rs.problems()
	style := t.alarm
	if n == 0 {
		style = t.good
	}
	rest := " of " + count(len(rs.sorted))
	if !rs.query.all() {
		rest = ", " + count(rs.matching()) + rest + " shown"
	}
	return []counter{{text: style.Render(counted(n, "problem", "problems")), shows: problems}, {text: rest}}
}
