package ui

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	tea "charm.land/bubbletea/v2"

	"lockscope/scan/report"
	"lockscope/ui/print"
	"lockscope/ui/show"
)

// exportedMsg is what came of writing a file.
type exportedMsg struct {
	path  string
	count int
	err   error
}

// export writes the directories that match the filter to a new file, in a command: in the current
// directory or, where that cannot be written to, in the one for temporary files. Those that are
// still being checked are left out.
func (m *model) export() tea.Cmd {
	now := m.now()
	options := print.Options{Host: m.opts.Host, Roots: m.opts.Roots, Started: now}
	update := report.Update{Errors: m.scan.problems()}
	for _, r := range m.list.Matched() {
		if !r.Report.Checking {
			update.Changes = append(update.Changes, report.Change{Report: r.Report})
		}
	}
	summary := m.scan.summary
	return func() tea.Msg {
		f, err := create("lockscope-" + now.Format("20060102-150405") + ".json")
		if err != nil {
			return exportedMsg{err: err}
		}
		p := print.New(f, print.JSON, options)
		err = errors.Join(p.Update(update), p.End(summary), f.Close())
		return exportedMsg{f.Name(), len(update.Changes), err}
	}
}

// create creates a file that nobody else can have put there before.
func create(name string) (*os.File, error) {
	const mode = os.O_WRONLY | os.O_CREATE | os.O_EXCL
	if abs, err := filepath.Abs(name); err == nil {
		name = abs
	}
	f, err := os.OpenFile(name, mode, 0o600)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return f, err
	}
	return os.OpenFile(filepath.Join(os.TempDir(), filepath.Base(name)), mode, 0o600)
}

// exported says what came of it.
func (m *model) exported(msg exportedMsg) {
	if msg.err != nil {
		m.notice = "not written: " + escapeError(msg.err)
		return
	}
	m.notice = "wrote " + show.Counted(msg.count, "directory", "directories") + " to " + report.Escape(msg.path)
}
