package ui

import (
	"cmp"
	"slices"
	"strconv"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"lockscope/scan/report"
	"lockscope/ui/show"
)

// dialog asks whether to break, and then says what came of it. Its targets are the reports that
// were in sight when it opened. No refresh changes which they are, or what is checked: nothing is
// broken that the user has not seen.
type dialog struct {
	targets []target
	skipped int    // how many selected directories are not stale
	accept  bool   // the Break button has the focus, not Cancel; with one target
	typed   string // what was typed of the count so far; with several
	phase   phase
	stop    bool // try no further ones
	top     int  // index of the first target in sight
}

// phase is what a dialog has come to.
type phase uint8

const (
	phaseConfirm phase = iota // it asks
	phaseBreak                // the targets are tried, one after the other
	phaseResult               // it tells what came of them
)

// target is a directory to break, and what came of it.
type target struct {
	seen     *report.Report
	foreseen report.Attempt // what a break would come to, once that is found out
	result   report.Attempt // what it came to, once it was tried
}

// tried lists the paths of the targets that were tried.
func (d *dialog) tried() []string {
	var paths []string
	for i := range d.targets {
		if d.targets[i].result.Outcome != report.NotTried {
			paths = append(paths, d.targets[i].seen.Path)
		}
	}
	return paths
}

// brokenMsg is what came of one target.
type brokenMsg struct {
	target int
	result report.Attempt
}

// openDialog opens the dialog for the selected directories that are stale, or without a selection
// for the one under the cursor. Where there is nothing to break it says why.
func (m *model) openDialog() tea.Cmd {
	rows := m.list.Selection()
	if len(rows) == 0 {
		rows = m.list.Acted()
		if r := m.list.Directory(); r != nil {
			if why := show.WhyNoBreak(r.Report, false); why != "" {
				m.notice = "break " + why
				return nil
			}
		}
	}
	d := &dialog{}
	for _, r := range rows {
		if r.Report.Breakable() {
			d.targets = append(d.targets, target{seen: r.Report})
		} else {
			d.skipped++
		}
	}
	if len(d.targets) == 0 {
		m.notice = "break not offered: none of these directories is stale"
		return nil
	}
	m.dialog, m.mode = d, modeDialog
	return m.checkFrom(0)
}

// pressDialog is for the dialog, whatever its phase.
func (m *model) pressDialog(k tea.KeyPressMsg) tea.Cmd {
	d, keys := m.dialog, &m.keys
	switch {
	case key.Matches(k, keys.Up, keys.PageUp):
		d.top--
		return nil
	case key.Matches(k, keys.Down, keys.PageDown):
		d.top++
		return nil
	}
	switch d.phase {
	case phaseBreak:
		if key.Matches(k, keys.Stop) {
			d.stop = true
		}
	case phaseResult:
		if key.Matches(k, keys.Close) {
			m.closeDialog()
		}
	case phaseConfirm:
		return m.pressConfirm(k)
	}
	return nil
}

// pressConfirm is for the dialog while it asks.
func (m *model) pressConfirm(k tea.KeyPressMsg) tea.Cmd {
	d, keys := m.dialog, &m.keys
	one := len(d.targets) == 1
	switch {
	case key.Matches(k, keys.No):
		m.closeDialog()
	case one && key.Matches(k, keys.Yes):
		return m.breakNext(0)
	case one && key.Matches(k, keys.Switch):
		d.accept = !d.accept
	case key.Matches(k, keys.Accept):
		switch {
		case one && d.accept, !one && d.typed == strconv.Itoa(len(d.targets)):
			return m.breakNext(0)
		case one || d.typed == "":
			m.closeDialog()
		default:
			d.typed = ""
		}
	case !one && key.Matches(k, keys.Erase):
		d.typed = d.typed[:max(len(d.typed)-1, 0)]
	case !one && len(k.Text) == 1 && k.Text[0] >= '0' && k.Text[0] <= '9' && len(d.typed) < 9:
		d.typed += k.Text
	}
	return nil
}

func (m *model) closeDialog() { m.dialog, m.mode = nil, modeTable }

// breakNext breaks target i in a command. One such command is under way at a time.
func (m *model) breakNext(i int) tea.Cmd {
	m.dialog.phase = phaseBreak
	seen, doBreak, wait := m.dialog.targets[i].seen, m.opts.Break, m.breaks
	wait.Add(1)
	return func() tea.Msg {
		defer wait.Done()
		return brokenMsg{i, doBreak(seen)}
	}
}

// broken takes in what came of a target, and goes on to the next.
func (m *model) broken(msg brokenMsg) tea.Cmd {
	d := m.dialog
	t := &d.targets[msg.target]
	t.result = msg.result
	m.log.AddAttempt(m.now(), t.seen.Path, msg.result)
	if next := msg.target + 1; next < len(d.targets) && !d.stop {
		d.top = msg.target
		return m.breakNext(next)
	}
	m.opts.Source.Observe(d.tried()...)
	d.phase, d.top = phaseResult, 0
	slices.SortStableFunc(d.targets, func(a, b target) int { return cmp.Compare(rank(a.result.Outcome), rank(b.result.Outcome)) })
	return nil
}

// outcomeOrder is the order in which the results are to be read.
var outcomeOrder = []report.Outcome{report.Failed, report.Refused, report.Removed, report.NotTried}

func rank(o report.Outcome) int { return slices.Index(outcomeOrder, o) }
