package ui

import (
	"errors"
	"strconv"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"lockscope/lock"
	"lockscope/scan"
)

// dialog asks whether to break, and then says what came of it. Its targets are
// the reports that were in sight when it opened: what is refreshed meanwhile
// changes neither which they are nor what is checked.
type dialog struct {
	targets []target
	skipped int    // selected directories that are not stale
	accept  bool   // the Break button has the focus, not Cancel; with one target
	typed   string // the count so far; with several
	phase   phase
	stop    bool // try no further ones
	top     int  // first target in sight
}

type phase uint8

const (
	asks phase = iota
	breaks
	tells
)

// target is a directory to break, and what came of it.
type target struct {
	seen    *scan.Report
	tried   bool
	removed []string
	err     error
}

// brokenMsg is what came of one target.
type brokenMsg struct {
	target  int
	removed []string
	err     error
}

// ask opens the dialog for the selected stale directories, or without a selection for
// the one under the cursor. Where there is nothing to break it says why.
func (m *model) ask() {
	rows := m.rows.selection()
	if len(rows) == 0 {
		r := m.rows.current()
		if r == nil {
			return
		}
		if why := whyNoBreak(r.Report, false); why != "" {
			m.notice = "break " + why
			return
		}
		rows = []*row{r}
	}
	d := &dialog{}
	for _, r := range rows {
		if r.Breakable() {
			d.targets = append(d.targets, target{seen: r.Report})
		} else {
			d.skipped++
		}
	}
	if len(d.targets) == 0 {
		m.notice = "break not offered: none of the selected directories is stale"
		return
	}
	m.dialog, m.mode = d, asking
}

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
	case breaks:
		if key.Matches(k, keys.No) {
			d.stop = true
		}
	case tells:
		if key.Matches(k, keys.No, keys.Accept) {
			m.closeDialog()
		}
	case asks:
		return m.pressAsk(k)
	}
	return nil
}

func (m *model) pressAsk(k tea.KeyPressMsg) tea.Cmd {
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
	case !one && k.String() == "backspace":
		d.typed = d.typed[:max(len(d.typed)-1, 0)]
	case !one && len(k.Text) == 1 && k.Text[0] >= '0' && k.Text[0] <= '9' && len(d.typed) < 9:
		d.typed += k.Text
	}
	return nil
}

func (m *model) closeDialog() { m.dialog, m.mode = nil, browsing }

// breakNext breaks target i in a command; one at a time.
func (m *model) breakNext(i int) tea.Cmd {
	m.dialog.phase = breaks
	seen, doBreak, wait := m.dialog.targets[i].seen, m.opts.Break, m.breaking
	wait.Add(1)
	return func() tea.Msg {
		defer wait.Done()
		removed, err := doBreak(seen)
		return brokenMsg{i, removed, err}
	}
}

// broken takes in what came of a target, and goes on to the next.
func (m *model) broken(msg brokenMsg) tea.Cmd {
	d := m.dialog
	t := &d.targets[msg.target]
	t.tried, t.removed, t.err = true, msg.removed, msg.err
	m.opts.Source.Observe(t.seen.Path)
	if next := msg.target + 1; next < len(d.targets) && !d.stop {
		return m.breakNext(next)
	}
	d.phase = tells
	return nil
}

func (m *model) dialogKeys() []key.Binding {
	k, d := m.keys, m.dialog
	switch {
	case d.phase == breaks:
		return []key.Binding{key.NewBinding(key.WithKeys("esc"), key.WithHelp("esc", "stop after this one"))}
	case d.phase == tells:
		return []key.Binding{key.NewBinding(key.WithKeys("enter"), key.WithHelp("enter", "close"))}
	case len(d.targets) > 1:
		return []key.Binding{key.NewBinding(key.WithKeys("enter"), key.WithHelp("number, enter", "break")), k.No}
	}
	return []key.Binding{k.Yes, k.Switch, k.Accept, k.No}
}

// dialogLines are the dialog with its frame, in at most height lines.
func (m *model) dialogLines(height int) []string {
	d, t := m.dialog, &m.theme
	inner := min(m.width-6, 76)
	head, foot := m.dialogHead(inner), m.dialogFoot(inner)
	if height < 14 {
		head, foot = head[:1], foot[max(len(foot)-1, 0):]
	}
	var list, fine []string // what went wrong is read first
	for i := range d.targets {
		if g := &d.targets[i]; g.err != nil {
			list = append(list, m.targetLines(g, inner)...)
		} else {
			fine = append(fine, m.targetLines(g, inner)...)
		}
	}
	list = append(list, fine...)
	room := max(height-2-len(head)-len(foot), 1)
	d.top = max(min(d.top, len(list)-room), 0)
	if len(list) > room {
		list = list[d.top : d.top+room]
	}
	lines := append(append(head, list...), foot...)
	for i, line := range lines {
		lines[i] = " " + pad(shorten(line, inner, t.mark), inner) + " "
	}
	box := t.frame().Render(strings.Join(lines, "\n"))
	return strings.Split(box, "\n")
}

func (m *model) dialogHead(w int) []string {
	d, t := m.dialog, &m.theme
	n := len(d.targets)
	var title string
	switch d.phase {
	case asks:
		title = "Break this stale lock?"
		if n > 1 {
			title = "Break these " + count(n) + " stale locks?"
		}
	case breaks:
		title = "Breaking" + t.mark
		if d.stop {
			title += " stopping after this one"
		}
	case tells:
		title = d.outcome()
	}
	lines := []string{t.name.Render(title)}
	if d.phase == asks && d.skipped > 0 {
		lines = append(lines, t.dim.Render(counted(d.skipped, "selected directory is", "selected directories are")+" not stale and left alone."))
	}
	return append(lines, "")
}

// outcome counts what came of the targets.
func (d *dialog) outcome() string {
	broken, refused, left := 0, 0, 0
	for i := range d.targets {
		switch t := &d.targets[i]; {
		case !t.tried:
			left++
		case t.err != nil:
			refused++
		default:
			broken++
		}
	}
	parts := []string{count(broken) + " broken"}
	if refused > 0 {
		parts = append(parts, count(refused)+" left as it was")
	}
	if left > 0 {
		parts = append(parts, count(left)+" not tried")
	}
	return strings.Join(parts, ", ")
}

// targetLines are one target: what it is, and what would be or was done.
func (m *model) targetLines(g *target, w int) []string {
	d, t := m.dialog, &m.theme
	path := shortenMiddle(scan.Escape(g.seen.Path), w-2, t.mark)
	switch {
	case g.tried && g.err == nil:
		removed := "nothing was left to remove"
		if len(g.removed) > 0 {
			removed = "removed " + escapeList(g.removed)
		}
		return []string{t.good.Render(t.ok) + " " + path, "  " + t.dim.Render(removed)}
	case g.tried:
		lines := []string{t.alarm.Render(t.bad) + " " + path}
		for _, line := range wrap(whyRefused(g.err), w-2) {
			lines = append(lines, "  "+line)
		}
		return lines
	case d.phase != asks:
		return []string{t.dim.Render(t.dot) + " " + path}
	}
	var lines []string
	if len(d.targets) == 1 {
		for _, line := range wrap(scan.Escape(g.seen.Path), w) {
			lines = append(lines, t.strong.Render(line))
		}
		summary, _ := g.seen.Explain()
		lines = append(lines, wrap(summary, w)...)
	} else {
		lines = append(lines, t.strong.Render(path))
	}
	lines = append(lines, "  "+t.dim.Render("removes ")+shorten(m.removes(g.seen), w-10, t.mark))
	if now := m.changedSince(g.seen); now != "" {
		lines = append(lines, "  "+t.warn.Render("changed since this was asked: now "+now))
	}
	return lines
}

// removes lists what a break would remove, with what the pidfile says.
func (m *model) removes(r *scan.Report) string {
	var files []string
	for _, name := range m.opts.Names.Leftovers(r.Evidence.Evidence) {
		text := scan.Escape(name)
		if p := &r.Evidence.Pidfile; name == m.opts.Names.Pidfile {
			if p.State == lock.PidfileNamed {
				text += " (" + strconv.Itoa(p.PID) + ", " + r.Evidence.Process.String() + ")"
			} else {
				text += " (" + p.State.String() + ")"
			}
		}
		files = append(files, text)
	}
	return strings.Join(files, ", ")
}

// changedSince says what a pinned directory is now, "" if it is still stale.
func (m *model) changedSince(seen *scan.Report) string {
	r := m.rows.byPath[seen.Path]
	switch {
	case r == nil:
		return "gone"
	case r.Breakable():
		return ""
	}
	return r.class.String()
}

func (m *model) dialogFoot(w int) []string {
	d, t := m.dialog, &m.theme
	if d.phase != asks {
		return nil
	}
	lines := []string{""}
	for _, line := range wrap("Each is checked again at that moment; if anything changed, it is left as it is. "+
		"The lock file itself is never removed.", w) {
		lines = append(lines, t.dim.Render(line))
	}
	lines = append(lines, "")
	if len(d.targets) > 1 {
		return append(lines, "Type "+strconv.Itoa(len(d.targets))+" and press enter to break them: "+
			t.strong.Render(d.typed)+t.reverse.Render(" "))
	}
	if d.accept {
		return append(lines, "  Cancel    "+t.button.Render("[ Break ]"))
	}
	return append(lines, t.button.Render("[ Cancel ]")+"    Break  ")
}

func escapeList(names []string) string {
	out := make([]string, len(names))
	for i, name := range names {
		out[i] = scan.Escape(name)
	}
	return strings.Join(out, ", ")
}

// whyRefused is an error without the directory, which stands above it.
func whyRefused(err error) string {
	text := err.Error()
	var refused *lock.RefusedError
	if errors.As(err, &refused) {
		text = strings.TrimPrefix(text, refused.Dir+": ")
	}
	return scan.Escape(text)
}

func escapeError(err error) string { return scan.Escape(err.Error()) }
