package ui

import (
	"math"

	"lockscope/scan/report"
	"lockscope/ui/show"
)

// onlyTarget is the one target that is asked about: its path and what is removed there, then the
// rest. What there is no room for scrolls, below the path.
func (m *model) onlyTarget(b *box) []string {
	d := m.dialog
	path, rest := m.onlyTargetParts(b)
	room := b.body() - len(path)
	d.top = max(min(d.top, len(rest)-room), 0)
	if len(rest) <= room {
		return append(path, rest...)
	}
	lines := append(path, rest[d.top:d.top+room]...)
	last := len(lines) - 1
	if d.top+room < len(rest) && room > 1 {
		more := m.theme.chars.Mark + " " + m.keys.Down.Help().Key
		lines[last] = show.Spread(lines[last], m.theme.dim.Render(more), b.inner)
	}
	return lines
}

// onlyTargetParts are the path, in as many lines as it may have, and what follows it.
func (m *model) onlyTargetParts(b *box) (path, rest []string) {
	g, t := &m.dialog.targets[0], &m.theme
	removes := m.removesLines(g.seen, b.inner)
	var why []string
	summary, _ := g.seen.Explain()
	why = append(why, show.Wrap(t.chars.Plain(summary), b.inner)...)
	path = show.BreakPath(t.chars.Escape(g.seen.Key()), b.inner)
	warnings := m.warnings(g, b.inner)
	if len(path)+len(why)+len(removes)+len(warnings) <= b.body() {
		rest = append(append(why, removes...), warnings...)
	} else {
		rest = append(append(removes, warnings...), why...)
	}
	room := max(b.body()-len(rest), b.body()/2, 1)
	room = max(min(room, b.body()-min(len(removes), minRemoves)), 1)
	if len(path) > room {
		path = []string{show.ShortenAround(t.chars.Escape(g.seen.Key()), g.apart, b.inner, t.chars.Mark)}
	}
	for i, line := range path {
		path[i] = t.strong.Render(line)
	}
	return path, rest
}

// removesLines say what a break of a directory would remove.
func (m *model) removesLines(r *report.Report, w int) []string {
	t := &m.theme
	label := "  removes "
	if w < framedFrom {
		label = "removes "
	}
	most := maxRemoved
	if len(m.dialog.targets) == 1 {
		most = math.MaxInt
	}
	margin := t.dim.Render(label)
	var lines []string
	for _, line := range show.Wrap(t.chars.Plain(show.Removes(m.opts.Names, r, most)), w-len(label)) {
		lines = append(lines, margin+line)
		margin = show.Pad("", len(label))
	}
	return lines
}

// warnings say that a target would be refused, or is no longer what it was.
func (m *model) warnings(g *target, w int) (lines []string) {
	t := &m.theme
	if g.foreseen.Outcome == report.WouldBeRefused {
		for _, line := range show.Wrap(t.chars.Plain(show.AttemptText(&g.foreseen)), w-2) {
			lines = append(lines, "  "+t.alarm.Render(line))
		}
	}
	if now := m.changedSince(g.seen); now != "" {
		for _, line := range show.Wrap("changed since this was asked: now "+now, w-2) {
			lines = append(lines, "  "+t.warn.Render(line))
		}
	}
	return lines
}

// changedSince says what a target is now, "" if it is still stale.
func (m *model) changedSince(seen *report.Report) string {
	r := m.list.Latest(seen.Key())
	switch {
	case r == nil:
		return goneWord
	case m.lostHost(r) != nil:
		return "on a host that is lost"
	case r.Breakable():
		return ""
	}
	return show.ClassOf(r).String()
}

// targetList are the targets in sight. Where these are not all, the last line says which they are.
func (m *model) targetList(b *box) []string {
	d := m.dialog
	height := b.body()
	all := m.wholeTargets(b, 0, height)
	if len(all) == len(d.targets) {
		d.top = 0
		return flat(all)
	}
	d.top = max(min(d.top, m.lastTop(b)), 0)
	shown := m.wholeTargets(b, d.top, height-1)
	lines := exactly(flat(shown), height-1)
	if len(shown) == 0 { // it alone is longer
		lines = exactly(m.targetLines(&d.targets[d.top], b.inner), height-1)
	}
	to := d.top + max(len(shown), 1)
	which := show.Count(d.top + 1)
	if to > d.top+1 {
		which += "-" + show.Count(to)
	}
	which += " of " + show.Count(len(d.targets))
	for _, k := range []string{m.keys.Down.Help().Key, m.keys.PageDown.Help().Key, m.keys.Bottom.Help().Key} {
		which += "  " + k
	}
	return append(lines, m.theme.dim.Render(which))
}

// wholeTargets are those from an index on that fit into so many lines.
func (m *model) wholeTargets(b *box, from, height int) (shown [][]string) {
	for i := from; i < len(m.dialog.targets); i++ {
		lines := m.targetLines(&m.dialog.targets[i], b.inner)
		if height -= len(lines); height < 0 {
			break
		}
		shown = append(shown, lines)
	}
	return shown
}

// lastTop is the first target in sight at the end of the list.
func (m *model) lastTop(b *box) int {
	room := b.body() - 1
	for i := len(m.dialog.targets) - 1; ; i-- {
		room -= len(m.targetLines(&m.dialog.targets[i], b.inner))
		if room < 0 || i == 0 {
			return min(i+1, len(m.dialog.targets)-1)
		}
	}
}

// dialogScroll is where the dialog is scrolled to, how far a page is, and where the end is.
func (m *model) dialogScroll() (first, page, last int) {
	d, b := m.dialog, m.box()
	if len(d.targets) == 1 && d.phase == phaseConfirm {
		path, rest := m.onlyTargetParts(&b)
		room := b.body() - len(path)
		return d.top, max(room, 1), max(len(rest)-room, 0)
	}
	if len(m.wholeTargets(&b, 0, b.body())) == len(d.targets) {
		return 0, 1, 0
	}
	return d.top, max(len(m.wholeTargets(&b, d.top, b.body()-1)), 1), m.lastTop(&b)
}

// flat puts the lines of targets below each other.
func flat(shown [][]string) (lines []string) {
	for _, target := range shown {
		lines = append(lines, target...)
	}
	return lines
}

// targetLines are one of several targets, or what came of one: what it is, and what would be or was
// done.
func (m *model) targetLines(g *target, w int) []string {
	d, t := m.dialog, &m.theme
	escaped := t.chars.Escape(g.seen.Key())
	path := show.ShortenAround(escaped, g.apart, w-2, t.chars.Mark)
	switch {
	case g.result.Outcome == report.Removed:
		return []string{t.good.Render(t.ok) + " " + path, "  " + t.dim.Render(t.chars.Plain(show.AttemptText(&g.result)))}
	case g.result.Outcome != report.NotTried:
		lines := []string{t.alarm.Render(t.bad) + " " + path}
		for _, line := range show.Wrap(t.chars.Plain(show.AttemptText(&g.result)), w-2) {
			lines = append(lines, "  "+line)
		}
		return lines
	case d.phase != phaseConfirm:
		return []string{t.dim.Render(t.chars.Dot) + " " + path}
	}
	lines := []string{t.strong.Render(show.ShortenAround(escaped, g.apart, w, t.chars.Mark))}
	return append(append(lines, m.removesLines(g.seen, w)...), m.warnings(g, w)...)
}
