package ui

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"lockscope/scan/report"
)

// checkedMsg is what breaks of some targets of a dialog would come to, from one on.
type checkedMsg struct {
	dialog *dialog
	from   int
	would  []report.Attempt
}

// checkTime is how long targets are checked before the dialog is told of it, and may have been closed meanwhile.
const checkTime = 50 * time.Millisecond

// checkFrom finds out in a command what breaks of the targets from one on would come to.
func (m *model) checkFrom(from int) tea.Cmd {
	d, check := m.dialog, m.opts.Check
	if check == nil || from == len(d.targets) {
		return nil
	}
	var seen []*report.Report
	for _, t := range d.targets[from:] {
		seen = append(seen, t.seen)
	}
	return func() tea.Msg {
		msg := checkedMsg{dialog: d, from: from}
		for began := time.Now(); len(msg.would) < len(seen) && time.Since(began) < checkTime; {
			msg.would = append(msg.would, check(seen[len(msg.would)]))
		}
		return msg
	}
}

// checked takes in what was found out, and goes on to the next targets for as long as it is asked about them.
func (m *model) checked(msg checkedMsg) tea.Cmd {
	if m.dialog != msg.dialog || m.dialog.phase != asks {
		return nil
	}
	for i, would := range msg.would {
		m.dialog.targets[msg.from+i].would = would
	}
	return m.checkFrom(msg.from + len(msg.would))
}

// wouldBeRefused counts the targets of which that is known.
func (d *dialog) wouldBeRefused() (n int) {
	for _, t := range d.targets {
		if t.would.Outcome == report.WouldBeRefused {
			n++
		}
	}
	return n
}
