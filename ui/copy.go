package ui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"lockscope/ui/show"
)

// copyPath sends the path of the cursor's directory, quoted for the shell that it is pasted into: a name
// may hold $(reboot). On the head of a group it sends those of all its directories, as words of one line.
func (m *model) copyPath() tea.Cmd {
	var words []string
	for _, r := range m.list.Acted() {
		words = append(words, show.ShellWord(r.Report.Path))
	}
	return m.sendAll(words, " ", "path", "paths")
}

// copyNext sends the command that is the next step there or, on the head of a group, those of all its
// directories that have one, as one line: it does nothing before enter is pressed.
func (m *model) copyNext() tea.Cmd {
	rows := m.list.Acted()
	var commands []string
	for _, r := range rows {
		command, why := show.NextCommand(r.Report, m.opts.Names, m.opts.Break == nil)
		if command != "" {
			commands = append(commands, command)
		} else if len(rows) == 1 {
			m.notice = "nothing to copy: " + why
		}
	}
	if len(commands) == 0 && len(rows) > 1 {
		m.notice = "nothing to copy: none of these directories has a command as its next step"
	}
	return m.sendAll(commands, "; ", "command", "commands")
}

// sendAll sends texts as one, and says how many they are. There may be too many for a clipboard.
func (m *model) sendAll(texts []string, sep, one, many string) tea.Cmd {
	text := strings.Join(texts, sep)
	switch n := len(texts); {
	case n == 0:
		return nil
	case n > 1 && len(text) > maxCopied:
		m.notice = show.Counted(n, one, many) + " are too long for a clipboard; e writes what is shown to a file"
		return nil
	case n > 1:
		defer func() { m.notice = show.Counted(n, one, many) + ": " + m.notice }()
	}
	return m.send(text)
}
