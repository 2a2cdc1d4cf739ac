package ui

import (
	"cmp"
	"slices"
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
	if !m.offer(commands) {
		return nil
	}
	return m.sendAll(commands, "; ", "command", "commands")
}

// offer shows commands where any of them kills, and reports whether there is none or the key before showed
// them already. Of many it shows those that kill. What there is no room for is not offered, unless the detail
// shows it.
func (m *model) offer(commands []string) (shown bool) {
	isKill := func(command string) bool { return strings.HasPrefix(command, "kill ") }
	all, key := strings.Join(commands, "; "), m.keys.CopyNext.Help().Key
	if !slices.ContainsFunc(commands, isKill) || m.offered == all {
		return true
	}
	again := " " + m.theme.chars.Dot + " " + key + " again sends it"
	text := all + again
	if n := len(commands); n > 1 {
		again += ", " + show.Count(n) + " commands"
		text = all + again
		if show.Width(text) > m.width-2 {
			kills := slices.DeleteFunc(slices.Clone(commands), func(c string) bool { return !isKill(c) })
			text = strings.Join(kills, "; ") + "; " + m.theme.chars.Mark + again
		}
	}
	if show.Width(text) <= m.width-2 || m.showsDetailFull() {
		m.offered, m.notice = all, text
	} else if len(commands) > 1 {
		m.notice = "too many that kill to show them here; unfold the group, and go through them"
	} else {
		m.notice = "it kills and is too long to show here; " + m.keys.Detail.Help().Key + " shows it"
	}
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
		return m.send(text, show.Counted(n, one, many))
	}
	return m.send(text, text)
}
