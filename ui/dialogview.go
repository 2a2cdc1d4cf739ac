package ui

import (
	"strconv"
	"strings"

	"lockscope/scan/report"
	"lockscope/ui/show"
)

// dialogLines are the dialog with its frame, in at most height lines.
func (m *model) dialogLines(height int) []string {
	t := &m.theme
	inner := min(m.width-6, 76)
	head, foot := m.dialogHead(inner), m.dialogFoot(inner)
	if m.cramped() {
		head, foot = head[:1], foot[max(len(foot)-1, 0):]
	}
	targets := m.targetList(inner, max(height-2-len(head)-len(foot), 1))
	lines := append(append(head, targets...), foot...)
	for i, line := range lines {
		lines[i] = " " + show.Pad(show.Shorten(line, inner, t.chars.Mark), inner) + " "
	}
	box := t.frame().Render(strings.Join(lines, "\n"))
	return strings.Split(box, "\n")
}

// cramped reports whether there is no room for more than the least.
func (m *model) cramped() bool { return m.layout().body < 14 }

// targetList are the targets in sight, in at most height lines. The last says how many follow.
func (m *model) targetList(w, height int) []string {
	d := m.dialog
	d.top = max(min(d.top, len(d.targets)-1), 0)
	var lines []string
	for i := d.top; i < len(d.targets) && len(lines) <= height; i++ {
		lines = append(lines, m.targetLines(&d.targets[i], w)...)
		if len(lines) >= height && i+1 < len(d.targets) {
			lines = append(lines[:height-1], m.theme.dim.Render(m.theme.chars.Mark+" and "+show.Count(len(d.targets)-i)+" more, "+m.keys.Down.Help().Key))
			break
		}
	}
	return lines[:min(len(lines), height)]
}

// dialogHead says what is asked or done, or what came of it.
func (m *model) dialogHead(w int) []string {
	d, t := m.dialog, &m.theme
	n := len(d.targets)
	var title string
	switch d.phase {
	case phaseConfirm:
		title = "Break this stale lock?"
		if n > 1 {
			title = "Break these " + show.Count(n) + " stale locks?"
		}
	case phaseBreak:
		title = "Breaking" + t.chars.Mark
		if n > 1 {
			title = "Breaking " + show.Count(len(d.tried())+1) + " of " + show.Count(n) + t.chars.Mark
		}
		if d.stop {
			title += " stopping after this one"
		}
	case phaseResult:
		title = d.outcomes()
	}
	lines := []string{t.name.Render(title)}
	if d.phase == phaseConfirm && d.skipped > 0 {
		lines = append(lines, t.dim.Render(show.Counted(d.skipped, "selected directory is", "selected directories are")+" not stale and left alone."))
	}
	if n := d.wouldBeRefused(); d.phase == phaseConfirm && n > 0 && len(d.targets) > 1 {
		lines = append(lines, t.alarm.Render(show.Count(n)+" would be refused."))
	}
	return append(lines, "")
}

// outcomes counts what came of the targets.
func (d *dialog) outcomes() string {
	counts := map[report.Outcome]int{}
	for _, t := range d.targets {
		counts[t.result.Outcome]++
	}
	parts := []string{show.Count(counts[report.Removed]) + " " + show.OutcomeWord(report.Removed)}
	for _, o := range []report.Outcome{report.Refused, report.Failed, report.NotTried} {
		if counts[o] > 0 {
			parts = append(parts, show.Count(counts[o])+" "+show.OutcomeWord(o))
		}
	}
	return strings.Join(parts, ", ")
}

// targetLines are one target: what it is, and what would be or was done.
func (m *model) targetLines(g *target, w int) []string {
	d, t := m.dialog, &m.theme
	path := show.ShortenMiddle(t.chars.Escape(g.seen.Path), w-2, t.chars.Mark)
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
	var lines []string
	if len(d.targets) == 1 {
		for _, line := range show.Wrap(t.chars.Escape(g.seen.Path), w) {
			lines = append(lines, t.strong.Render(line))
		}
		if !m.cramped() {
			summary, _ := g.seen.Explain()
			lines = append(lines, show.Wrap(t.chars.Plain(summary), w)...)
		}
	} else {
		lines = append(lines, t.strong.Render(path))
	}
	lines = append(lines, "  "+t.dim.Render("removes ")+show.Shorten(t.chars.Plain(show.Removes(m.opts.Names, g.seen)), w-10, t.chars.Mark))
	if g.foreseen.Outcome == report.WouldBeRefused {
		for _, line := range show.Wrap(t.chars.Plain(show.AttemptText(&g.foreseen)), w-2) {
			lines = append(lines, "  "+t.alarm.Render(line))
		}
	}
	if now := m.changedSince(g.seen); now != "" {
		lines = append(lines, "  "+t.warn.Render("changed since this was asked: now "+now))
	}
	return lines
}

// changedSince says what a target is now, "" if it is still stale.
func (m *model) changedSince(seen *report.Report) string {
	r := m.list.Latest(seen.Path)
	switch {
	case r == nil:
		return "gone"
	case r.Breakable():
		return ""
	}
	return show.ClassOf(r).String()
}

// dialogFoot is the question, with how it is answered.
func (m *model) dialogFoot(w int) []string {
	d, t := m.dialog, &m.theme
	if d.phase != phaseConfirm {
		return nil
	}
	lines := []string{""}
	subject := "It"
	if len(d.targets) > 1 {
		subject = "Each"
	}
	for _, line := range show.Wrap(subject+" is checked again at that moment; if anything changed, it is left as it is. "+
		"The lock file itself is never removed.", w) {
		lines = append(lines, t.dim.Render(line))
	}
	lines = append(lines, "")
	if len(d.targets) > 1 {
		prompt := "Type " + strconv.Itoa(len(d.targets)) + " and press enter to break them: "
		if show.Width(prompt)+len(d.typed)+1 > w {
			prompt = "Type " + strconv.Itoa(len(d.targets)) + ", enter: "
		}
		return append(lines, prompt+t.strong.Render(d.typed)+t.reverse.Render(" "))
	}
	if d.accept {
		return append(lines, "  Cancel    "+t.button.Render("[ Break ]"))
	}
	return append(lines, t.button.Render("[ Cancel ]")+"    Break  ")
}

// escapeError is an error in words, escaped.
func escapeError(err error) string { return report.Escape(err.Error()) }
