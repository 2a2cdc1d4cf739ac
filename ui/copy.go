package ui

import (
	"cmp"
	"strings"

	tea "charm.land/bubbletea/v2"

	"lockscope/ui/show"
)

// copyPath sends the path of the cursor's directory, quoted for the shell that it is pasted into: a name
// may hold $(reboot). On the head of a group it sends those of all its directories, as words of one line.
func (m *model) copyPath() tea.Cmd {
	var words []string
	for _, r := range m.list.Acted() {
		words = append(words, show.ShellWord(cmp.Or(r.Report.Path, r.Report.Host)))
	}
	return m.sendAll(words, " ", "path", "paths")
}

// copyNext sends the command that is the next step there or, on the head of a group, those of all its
// directories that have one, as one line: it does nothing before enter is pressed. What kills it shows first,
// and sends when it is asked for once more.
func (m *model) copyNext() tea.Cmd {
	rows := m.list.Acted()
	var commands []string
	kills := false
	for _, r := range rows {
		command, why := show.NextCommand(r.Report, m.opts.Names, m.opts.Break == nil)
		if command != "" {
			commands = append(commands, command)
			kills = kills || strings.HasPrefix(command, "kill ")
		} else if len(rows) == 1 {
			m.notice = "nothing to copy: " + why
		}
	}
	if len(commands) == 0 && len(rows) > 1 {
		m.notice = "nothing to copy: none of these directories has a command as its next step"
	}
	if kills && !m.offer(strings.Join(commands, "; ")) {
		return nil
	}
	return m.sendAll(commands, "; ", "command", "commands")
}

// offer shows a command, and reports whether the key before showed it already. One that there is no room for
// is not offered, unless the detail shows it.
func (m *model) offer(command string) (shown bool) {
	if m.offered == command {
		return true
	}
	text := command + " " + m.theme.chars.Dot + " " + m.keys.CopyNext.Help().Key + " again sends it"
	if show.Width(text) > m.width-2 && !m.showsDetailFull() {
		m.notice = "it kills and is too long to show here; " + m.keys.Detail.Help().Key + " shows it"
		return false
	}
	m.offered, m.notice = command, text
	return false
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
