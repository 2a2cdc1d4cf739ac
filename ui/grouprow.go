package ui

import (
	"strings"

	"lockscope/scan/report"
	"lockscope/ui/list"
	"lockscope/ui/show"
)

// barWidth is how many cells the bar of a group has, and leastName how many its name has at least.
const (
	barWidth  = 10
	leastName = 6
)

// groupCounts are the numbers of a group's directories by class, and what is said of its hosts that are lost,
// styled or plain.
func (m *model) groupCounts(g *list.Group, lost string, styled bool) string {
	var parts []string
	for c, n := range g.Counts {
		if n == 0 {
			continue
		}
		text := show.Count(n) + " " + show.Class(c).String()
		if styled {
			text = m.theme.class(show.Class(c)).Render(text)
		}
		parts = append(parts, text)
	}
	if lost != "" {
		if styled {
			lost = m.theme.alarm.Render(lost)
		}
		parts = append(parts, lost)
	}
	return strings.Join(parts, "  ")
}

// lostText says how many of a group's members are hosts that are lost, "" if none is. Of the group of a host it
// says, where there is room, what has become of that.
func lostText(g *list.Group) (long, short string) {
	switch {
	case g.Lost == 0:
		return "", ""
	case g.By == list.ByHost:
		long, short = "lost", "lost"
		for _, r := range g.Rows() {
			if r.Report.IsHost() {
				long += " (" + r.Report.HostFate() + ")"
			}
		}
		return long, short
	}
	return show.LostHosts(g.Lost), show.LostHosts(g.Lost)
}

// groupBar draws the states of a group's members by their signs, in proportion. What there is has a cell
// at least.
func (m *model) groupBar(g *list.Group, styled bool) string {
	var b strings.Builder
	b.WriteString("[")
	for c, cells := range show.Proportions(g.Counts[:], barWidth) {
		text := strings.Repeat(m.theme.chars.Sign(show.Class(c)), cells)
		if styled && text != "" {
			text = m.theme.class(show.Class(c)).Render(text)
		}
		b.WriteString(text)
	}
	b.WriteString("]")
	return b.String()
}

// groupRow is the head of a group in the table. Where there is too little room it has only how many
// problems there are of how many directories, or no bar.
func (m *model) groupRow(r *list.Row, w int) string {
	t, g := &m.theme, r.Group
	glyph := t.unfolded
	if g.Folded {
		glyph = t.folded
	}
	room := w - leftMargin - rightMargin
	isCursor := r == m.list.Current()
	tick, styledTick := " ", " "
	if m.list.Selected() >= g.Len() && g.AllSelected() {
		tick, styledTick = t.tick, t.strong.Render(t.tick)
	}
	nameWidth := min(max(m.list.WidestGroup()+1, dirWidth/2), room/3)
	bar := m.groupBar(g, !isCursor)
	lost, lostShort := lostText(g)
	long, counts := m.groupCounts(g, lost, !isCursor), m.groupCounts(g, lostShort, !isCursor)
	short := show.Counted(g.Problems(), "problem", "problems") + " of " + show.Count(g.Len())
	if g.Lost > 0 {
		short += ", " + lostShort
	}
	text := short
	switch {
	case !g.Left():
		bar, long, counts, short = "nothing left", "", "", ""
	case g.Len() == 0:
		bar, short, text = show.Pad("", barWidth+2), lostShort, lostShort
	}
	for _, form := range []string{bar + "  " + long, bar + "  " + counts, bar + "  " + short, counts} {
		if show.Width(form) <= room-nameWidth-4 {
			text = form
			break
		}
	}
	if room-show.Width(text)-4 < leastName && g.Len() > 0 { // which group it is comes first
		text = show.Count(g.Problems()) + " of " + show.Count(g.Len())
	}
	nameWidth = min(nameWidth, max(room-show.Width(text)-4, 0))
	name := show.Pad(show.ShortenMiddle(t.chars.Plain(groupName(g)), nameWidth, t.chars.Mark), nameWidth)
	if isCursor {
		return t.strong.Render(t.cursor) + t.reverse.Render(show.Pad(tick+" "+glyph+" "+name+"  "+text, room+2)) + t.strong.Render(t.cursorEnd)
	}
	return " " + styledTick + " " + t.name.Render(glyph+" "+name) + "  " + text
}

// groupName is the directory that a group is below, or the host that it is on, escaped.
func groupName(g *list.Group) string {
	if g.By == list.ByHost {
		return report.Escape(g.Key)
	}
	if g.Key == "" {
		return "./"
	}
	return report.Escape(g.Key) + "/"
}

// groupOffer says what keys do on the head of a group.
func (m *model) groupOffer(g *list.Group) string {
	k := &m.keys
	if g.Len() == 0 {
		return ""
	}
	offers := []string{k.Select.Help().Key + " selects " + show.Count(g.Len()), k.CopyPath.Help().Key + " copies their paths"}
	n := g.Counts[show.ClassOfState(report.Stale)]
	if n > 0 && m.list.Lost() > 0 {
		n = 0
		for _, r := range g.Rows() {
			if m.whyNoBreak(r) == "" {
				n++
			}
		}
	}
	if n > 0 && k.Break.Enabled() {
		offers = append(offers, k.Break.Help().Key+" asks about the "+show.Count(n)+" stale")
	}
	return strings.Join(offers, " "+m.theme.chars.Dot+" ")
}

// groupLines are the detail of a group: what it is, what a key would act on, and its problems, the worst
// first, after the hosts that are lost.
func (m *model) groupLines(r *list.Row, w int) []string {
	t, g := &m.theme, r.Group
	name := strings.TrimSuffix(t.chars.Escape(r.Report.Path), "/") + "/"
	if g.By == list.ByHost {
		name = t.chars.Plain(groupName(g))
	}
	lines := []string{" " + t.name.Render(show.ShortenMiddle(name, w-2, t.chars.Mark))}
	lost, _ := lostText(g)
	text := show.Counted(g.Len(), "directory", "directories") + ": " + m.groupCounts(g, lost, true)
	for _, line := range show.Wrap(text, w-2) {
		lines = append(lines, " "+line)
	}
	lines = append(lines, " "+t.dim.Render(show.Shorten(m.groupOffer(g), w-2, t.chars.Mark)))
	room := w - stateWidth - 6
	add := func(member *list.Row, text string) bool {
		if len(lines) >= maxGroupLines {
			lines = append(lines, "   "+t.chars.Mark)
			return false
		}
		lines = append(lines, "   "+t.class(member.Class).Render(show.Pad(show.StateWord(member.Report), stateWidth))+" "+text)
		return true
	}
	for _, member := range g.Rows() {
		if summary, _ := member.Report.Explain(); member.Report.IsHost() && !add(member, show.Shorten(t.chars.Plain(summary), room, t.chars.Mark)) {
			return lines
		}
	}
	for c := range show.Checking {
		for _, member := range g.Rows() {
			if member.Class != c || member.Report.IsHost() {
				continue
			}
			if !add(member, show.ShortenMiddle(m.paths.Of(member.Report.Path), room, t.chars.Mark)) {
				return lines
			}
		}
	}
	return lines
}
