package ui

import (
	"strconv"
	"strings"

	"lockscope/scan/report"
	"lockscope/ui/show"
)

// box is how the dialog is divided, from the top.
type box struct {
	framed     bool
	inner      int      // cells
	room       int      // lines inside
	head, foot []string // what is always in sight
}

// body is how many lines there are for the targets.
func (b *box) body() int { return max(b.room-len(b.head)-len(b.foot), 0) }

// box divides the dialog. Where there is little room it has all of the body, without a frame, and
// leaves out what does not tell the targets.
func (m *model) box() box {
	b := box{framed: m.width >= framedFrom && !m.cramped(), inner: m.width - 2, room: m.layout().body}
	if b.framed {
		b.inner, b.room = min(m.width-6, maxDialogWidth), b.room-2
	}
	b.head, b.foot = m.dialogHead(b.inner), m.dialogFoot(b.inner)
	return b
}

// cramped reports whether there is no room for more than the least.
func (m *model) cramped() bool { return m.layout().body < 14 }

// dialogLines are the dialog with its frame.
func (m *model) dialogLines() []string {
	t, b := &m.theme, m.box()
	var lines []string
	if missing := m.dialogMissing(&b); missing > 0 {
		lines = append(show.Wrap(m.dialogTooSmall(), b.inner), "", m.keys.No.Help().Key+" "+m.keys.No.Help().Desc)
		lines = lines[:min(len(lines), b.room)]
	} else {
		lines = append(append(lines, b.head...), m.dialogBody(&b)...)
		if !b.framed { // the buttons are at the foot
			lines = exactly(lines, b.room-len(b.foot))
		}
		lines = append(lines, b.foot...)
	}
	for i, line := range lines {
		lines[i] = " " + show.Pad(show.Shorten(line, b.inner, t.chars.Mark), b.inner) + " "
	}
	if !b.framed {
		return exactly(lines, b.room)
	}
	return strings.Split(t.frame().Render(strings.Join(lines, "\n")), "\n")
}

// dialogBody are the targets in sight.
func (m *model) dialogBody(b *box) []string {
	if d := m.dialog; len(d.targets) == 1 && d.phase == phaseConfirm {
		return m.onlyTarget(b)
	}
	return m.targetList(b)
}

// dialogMissing is how many lines are missing for the target, what is removed there, and the buttons:
// nobody is asked about what cannot be read.
func (m *model) dialogMissing(b *box) int {
	d := m.dialog
	if d.phase != phaseConfirm {
		return 0
	}
	least := 1 // the path
	if len(d.targets) == 1 {
		least += min(len(m.removesLines(d.targets[0].seen, b.inner)), minRemoves)
	} else {
		least += len(m.removesLines(d.longest, b.inner)) + 1 // which of the targets these are
	}
	return len(b.head) + least + len(b.foot) - b.room
}

// dialogFits reports whether what is asked can be read.
func (m *model) dialogFits() bool {
	b := m.box()
	return m.dialogMissing(&b) <= 0
}

// dialogTooSmall says how large the terminal has to be.
func (m *model) dialogTooSmall() string {
	b := m.box()
	return "needs " + strconv.Itoa(m.height+m.dialogMissing(&b)) + " lines: too small to tell what would be broken"
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
	if d.phase == phaseConfirm && n > 1 && m.cramped() {
		text := "Break " + show.Count(n) + " stale locks? " + d.kindsText()
		if n := d.wouldBeRefused(); n > 0 {
			text += "; " + show.Count(n) + " would be refused"
		}
		var lines []string
		for _, line := range show.Wrap(text, w) {
			lines = append(lines, t.name.Render(line))
		}
		return lines
	}
	lines := []string{t.name.Render(title)}
	if d.phase == phaseConfirm && n > 1 {
		for _, line := range show.Wrap(d.kindsText(), w) {
			lines = append(lines, t.strong.Render(line))
		}
		if n := d.wouldBeRefused(); n > 0 {
			lines = append(lines, t.alarm.Render(show.Count(n)+" would be refused."))
		}
		if d.lost > 0 {
			lines = append(lines, t.dim.Render(show.Count(d.lost)+" more on hosts that are lost, and left alone."))
		}
		if d.skipped > 0 {
			of := "of those selected "
			if d.group {
				of = "of those in the group "
			}
			lines = append(lines, t.dim.Render(show.Counted(d.skipped, of+"is", of+"are")+" not stale and left alone."))
		}
	}
	if m.cramped() {
		return lines
	}
	return append(lines, "")
}

// kindsText counts the targets by kind, the unusual first.
func (d *dialog) kindsText() string {
	var parts []string
	for kind, n := range d.kinds() {
		if n > 0 {
			parts = append(parts, show.Count(n)+" "+kindWords[kind])
		}
	}
	return strings.Join(parts, ", ")
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

// dialogFoot is the question, with how it is answered. Its last line are the buttons.
func (m *model) dialogFoot(w int) []string {
	d, t := m.dialog, &m.theme
	if d.phase != phaseConfirm {
		return nil
	}
	var lines []string
	if !m.cramped() {
		subject := "It"
		if len(d.targets) > 1 {
			subject = "Each"
		}
		lines = append(lines, "")
		for _, line := range show.Wrap(subject+" is checked again at that moment; if anything changed, it is left as it is. "+
			"The lock file itself is never removed.", w) {
			lines = append(lines, t.dim.Render(line))
		}
		lines = append(lines, "")
	}
	switch n := len(d.targets); {
	case n > 1:
		prompt := "Type " + strconv.Itoa(n) + " and press enter to break them: "
		if show.Width(prompt)+maxTyped+1 > w {
			prompt = "Type " + strconv.Itoa(n) + ", enter: "
		}
		return append(lines, prompt+t.strong.Render(d.typed)+t.reverse.Render(" "))
	case d.accept:
		return append(lines, "  "+cancelButton+"    "+t.button.Render("[ "+breakButton+" ]"))
	}
	return append(lines, t.button.Render("[ "+cancelButton+" ]")+"    "+breakButton+"  ")
}

// The words on the buttons.
const (
	cancelButton = "Cancel"
	breakButton  = "Break"
)

// buttonsLine is the line of the screen that has the buttons, 0 if there are none.
func (m *model) buttonsLine() int {
	if len(m.dialog.targets) > 1 || m.dialog.phase != phaseConfirm {
		return 0
	}
	lines, body := len(m.dialogLines()), m.layout().body
	last := bodyY + overlayStart(body, lines) + lines - 1
	if b := m.box(); b.framed {
		last--
	}
	return last
}

// escapeError is an error in words, escaped.
func escapeError(err error) string { return report.Escape(err.Error()) }
