package ui

import (
	tea "charm.land/bubbletea/v2"

	"lockscope/ui/show"
)

// copyPath sends the path of the cursor's directory, quoted for the shell that it is pasted into:
// a name may hold $(reboot).
func (m *model) copyPath() tea.Cmd {
	r := m.list.Directory()
	if r == nil {
		return nil
	}
	return m.send(show.ShellWord(r.Report.Path))
}

// copyNext sends the command that is the next step there.
func (m *model) copyNext() tea.Cmd {
	r := m.list.Directory()
	if r == nil {
		return nil
	}
	command, why := show.NextCommand(r.Report, m.opts.Names, m.opts.Break == nil)
	if command == "" {
		m.notice = "nothing to copy: " + why
		return nil
	}
	return m.send(command)
}
