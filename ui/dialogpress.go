package ui

import (
	"strconv"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"lockscope/ui/show"
)

// pressDialog is for the dialog, whatever its phase.
func (m *model) pressDialog(k tea.KeyPressMsg) tea.Cmd {
	d, keys := m.dialog, &m.keys
	if m.pressTargets(k) {
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

// pressTargets scrolls the dialog, if that is what the key does.
func (m *model) pressTargets(k tea.KeyPressMsg) bool {
	d := m.dialog
	first, page, last := m.dialogScroll()
	to, moves := m.keys.motion(k, first, page, last)
	if moves {
		d.top = max(min(to, last), 0)
	}
	return moves
}

// pressConfirm is for the dialog while it asks.
func (m *model) pressConfirm(k tea.KeyPressMsg) tea.Cmd {
	d, keys := m.dialog, &m.keys
	one, n := len(d.targets) == 1, strconv.Itoa(len(d.targets))
	switch {
	case key.Matches(k, keys.No):
		m.closeDialog()
	case one && key.Matches(k, keys.Switch):
		d.accept = !d.accept
	case one && (key.Matches(k, keys.Yes) || d.accept && key.Matches(k, keys.Accept)):
		return m.confirm()
	case key.Matches(k, keys.Yes):
		m.notice = "type " + n + " and press enter to break them"
	case key.Matches(k, keys.Accept) && d.typed == n:
		return m.confirm()
	case key.Matches(k, keys.Accept) && d.typed == "":
		m.closeDialog()
	case key.Matches(k, keys.Accept):
		m.notice = d.typed + " is not " + n + ": nothing was broken"
		d.typed = ""
	case !one && key.Matches(k, keys.Erase):
		d.typed = d.typed[:max(len(d.typed)-1, 0)]
	case !one && len(k.Text) == 1 && k.Text[0] >= '0' && k.Text[0] <= '9' && len(d.typed) < maxTyped:
		d.typed += k.Text
	}
	return nil
}

// confirm begins to break, unless the user cannot have read what.
func (m *model) confirm() tea.Cmd {
	switch {
	case !m.dialogFits():
		m.notice = m.dialogTooSmall()
	case m.frames.seen().dialog != m.dialog:
		m.notice = "again, please: " + show.Counted(len(m.dialog.targets), "target", "targets") + " came into sight only now"
	default:
		return m.breakNext(0)
	}
	return nil
}
