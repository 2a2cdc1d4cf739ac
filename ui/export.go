package ui

import (
	"errors"
	"os"
	"strings"

	tea "charm.land/bubbletea/v2"

	"lockscope/scan/report"
	"lockscope/ui/print"
	"lockscope/ui/show"
)

// exportedMsg is what came of writing a file.
type exportedMsg struct {
	path  string
	count string // what was written
	err   error
}

// export writes the directories that match the filter. Those that are still being checked are left out.
func (m *model) export() tea.Cmd {
	options := print.Options{Host: m.opts.Host, Roots: m.opts.Roots, Started: m.now()}
	update := report.Update{Errors: m.scan.problems()}
	for _, r := range m.list.Matched() {
		if !r.Report.Checking {
			update.Changes = append(update.Changes, report.Change{Report: r.Report})
		}
	}
	summary := m.scan.summary
	return m.writeOut("dirs", show.Counted(len(update.Changes), "directory", "directories"), func(f *os.File) error {
		p := print.New(f, print.JSON, options)
		return errors.Join(p.Update(update), p.End(summary))
	})
}

// writeOut writes a new file, in a command. The name says what is in it, and when that was.
func (m *model) writeOut(what, count string, write func(*os.File) error) tea.Cmd {
	name := what + "-" + m.now().Format("20060102-150405") + ".json"
	names := m.opts.Names
	m.notice = "writing " + count
	return func() tea.Msg {
		path, err := writeStateFile(name, names, write)
		return exportedMsg{path, count, err}
	}
}

// exported says what came of it.
func (m *model) exported(msg exportedMsg) {
	if msg.err != nil {
		m.notice = "not written: " + escapeError(msg.err)
		return
	}
	m.notice = m.wrote(msg.count, msg.path)
}

// wrote says where a file was written. What tells it from others, its name, is in sight also where there is
// room for little else.
func (m *model) wrote(count, path string) string {
	if home, err := os.UserHomeDir(); err == nil {
		if rest, ok := strings.CutPrefix(path, home+"/"); ok {
			path = "~/" + rest
		}
	}
	path = m.theme.chars.Escape(path)
	name := m.theme.chars.Mark + "/" + show.LastName(path)
	text, room := "wrote "+count+" to ", m.width-2
	if show.Width(text+name) > room {
		text = "wrote "
	}
	if show.Width(text+path) > room {
		path = name
	}
	return text + path
}
