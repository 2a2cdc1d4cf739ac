package ui

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"lockscope/scan/report"
)

// checkedMsg is what breaks of some targets of a dialog would come to: of from and those after it.
type checkedMsg struct {
	dialog   *dialog
	from     int
	foreseen []report.Attempt
}

// checkFrom finds out in a command what breaks would come to, of target from and some after it.
func (m *model) checkFrom(from int) tea.Cmd {
	d, check := m.dialog, m.opts.Check
	if check == nil || from == len(d.targets) {
		return nil
	}
	only := len(d.targets) == 1
	var seen []*report.Report
	for _, t := range d.targets[from:] {
		seen = append(seen, t.seen)
	}
	return func() tea.Msg {
		msg := checkedMsg{dialog: d, from: from}
		for began := time.Now(); len(msg.foreseen) < len(seen) && time.Since(began) < checkTime; {
			msg.foreseen = append(msg.foreseen, check(seen[len(msg.foreseen)], only))
		}
		return msg
	}
}

// checked takes in what was found out, and goes on to the next targets for as long as the dialog asks
// about them.
func (m *model) checked(msg checkedMsg) tea.Cmd {
	if m.dialog != msg.dialog || m.dialog.phase != phaseConfirm {
		return nil
	}
	for i, would := range msg.foreseen {
		m.dialog.targets[msg.from+i].foreseen = would
	}
	return m.checkFrom(msg.from + len(msg.foreseen))
}

// wouldBeRefused counts the targets that are known to be refused.
func (d *dialog) wouldBeRefused() (n int) {
	for _, t := range d.targets {
		if t.foreseen.Outcome == report.WouldBeRefused {
			n++
		}
	}
	return n
}
