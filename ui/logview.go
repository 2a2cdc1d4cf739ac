package ui

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"lockscope/scan/report"
	"lockscope/ui/list"
	"lockscope/ui/show"
)

// logView is the log on the screen.
type logView struct {
	scroll   list.Scroll[logItem]
	line     *filterLine
	filter   list.Filter
	problems bool // nothing else is shown

	matching map[*list.Line]int // of the events of a line, where there is a filter

	unread  *list.Line // what could not be read in the last walk; nil if all was
	changes uint64     // of the log, as it is shown
	stale   bool       // something else changed
	seen    uint64     // number of the newest line that was in sight
	above   int        // how many newer ones are above the window
}

// logItem is a row of the log: a line or, below one that is unfolded, one of its events.
type logItem struct {
	line  *list.Line
	event *list.Event // nil for a line
}

// one is the event that the row is about; nil where these are several.
func (i logItem) one() *list.Event {
	if i.event == nil && len(i.line.Events) == 1 {
		return i.line.Events[0]
	}
	return i.event
}

// openLog shows the log. What is read in it stays where it is, until g goes to the newest.
func (m *model) openLog() {
	e := &m.events
	m.mode, m.scroll = modeLog, 0
	e.stale = true
	e.scroll.Follow = true
	m.refreshLog()
	e.scroll.Follow = false
}

// filterLog filters the log as it is typed.
func (m *model) filterLog(text string) (problem string) {
	m.events.filter, problem = m.list.EventFilter(text)
	m.events.stale = true
	return problem
}

// refreshLog shows what is new in it, where anything is.
func (m *model) refreshLog() {
	e := &m.events
	e.scroll.SetHeight(m.listingRows())
	if e.stale || e.changes != m.log.Changes() {
		e.stale, e.changes = false, m.log.Changes()
		e.filter.SetTime(m.now())
		e.scroll.Set(m.logItems())
	}
	above := e.scroll.Above()
	if len(above) == 0 {
		if lines := m.log.Lines(); len(lines) > 0 {
			e.seen = lines[len(lines)-1].Number
		}
	}
	e.above = 0
	for _, item := range above {
		if item.event == nil && item.line.Number > e.seen {
			e.above++
		}
	}
}

// logItems are what matches: first what could not be read, then what happened, the newest first.
func (m *model) logItems() []logItem {
	var items []logItem
	m.events.matching = map[*list.Line]int{}
	if line := m.events.unread; line != nil {
		items = m.appendItems(items, line)
	}
	for _, line := range slices.Backward(m.log.Lines()) {
		items = m.appendItems(items, line)
	}
	return items
}

func (m *model) appendItems(items []logItem, line *list.Line) []logItem {
	e := &m.events
	if e.problems && !line.Events[0].Problem() {
		return items
	}
	if len(line.Events) == 1 {
		if e.filter.Event(line.Events[0]) {
			items = append(items, logItem{line: line})
		}
		return items
	}
	at, matching := len(items), 0
	items = append(items, logItem{line: line})
	for _, event := range slices.Backward(line.Events) {
		if !e.filter.All() && !e.filter.Event(event) {
			continue
		}
		matching++
		if line.Unfolded {
			items = append(items, logItem{line, event})
		} else if e.filter.All() {
			break
		}
	}
	if matching == 0 {
		return items[:at]
	}
	if !e.filter.All() {
		e.matching[line] = matching
	}
	return items
}

// noteUnread takes note of what could not be read.
func (m *model) noteUnread() {
	e := &m.events
	e.unread, e.stale = nil, true
	for _, err := range m.scan.problems() {
		if e.unread == nil {
			e.unread = &list.Line{Unfolded: true}
		}
		e.unread.Events = append(e.unread.Events, &list.Event{
			Path: report.Key(err.Host, err.Path), From: show.NoClass, To: show.NoClass, Cause: escapeError(err), Unread: true,
		})
	}
}

// pressLog is for the log.
func (m *model) pressLog(k tea.KeyPressMsg) tea.Cmd {
	e, keys := &m.events, &m.keys
	item, ok := e.scroll.Current()
	switch {
	case m.pressListing(&e.scroll, k):
		e.scroll.Follow = key.Matches(k, keys.Top)
	case key.Matches(k, keys.Filter):
		m.enterFilter(e.line)
	case key.Matches(k, keys.Problems):
		e.problems, e.stale = !e.problems, true
	case key.Matches(k, keys.Detail) && ok && item.one() == nil:
		item.line.Unfolded = !item.line.Unfolded
		e.stale = true
	case key.Matches(k, keys.Fold) && ok && len(item.line.Events) > 1:
		m.foldLine(item.line)
	case key.Matches(k, keys.Unfold) && ok && len(item.line.Events) > 1:
		item.line.Unfolded, e.stale = true, true
	case key.Matches(k, keys.Detail) && ok && !item.one().Unread:
		m.goTo(item.one().Path)
	case key.Matches(k, keys.CopyPath) && ok && item.one() != nil:
		host, path := report.SplitKey(item.one().Path)
		word := show.ShellWord(cmp.Or(path, host))
		return m.send(word, word)
	case key.Matches(k, keys.Export):
		return m.exportLog()
	case key.Matches(k, keys.Help):
		m.openHelp()
	case key.Matches(k, keys.Back) && (e.problems || e.line.text() != ""):
		m.memory.add(e.line.text())
		e.problems, e.stale = false, true
		e.line.clear()
	case key.Matches(k, keys.Back, keys.Log, keys.Quit):
		m.leaveListing()
	}
	return nil
}

// foldLine folds a line, and puts the cursor on it.
func (m *model) foldLine(line *list.Line) {
	line.Unfolded = false
	m.events.scroll.MoveTo(slices.Index(m.events.scroll.Items(), logItem{line: line}))
	m.events.stale = true
}

// logTitle says what the log is narrowed to, and what is missing of it.
func (m *model) logTitle() string {
	e, t := &m.events, &m.theme
	parts := []string{"log since the start"}
	if e.problems {
		parts = append(parts, "problems only")
	}
	if text := e.line.text(); text != "" && m.mode != modeFilter {
		parts = append(parts, "/ "+t.chars.Escape(text))
	}
	title := t.strong.Render(strings.Join(parts, "  "))
	if len(parts) > 1 {
		title += t.dim.Render("  esc shows all")
	}
	if e.scroll.Follow {
		title += t.dim.Render("  follows the newest")
	}
	if n := m.log.Dropped(); n > 0 {
		title += t.dim.Render("  " + show.Count(n) + " older dropped")
	}
	return title
}

// logLines are the log with its head.
func (m *model) logLines() []string {
	e, t := &m.events, &m.theme
	m.refreshLog()
	if e.scroll.Len() == 0 {
		text := "none so far"
		if e.problems || !e.filter.All() {
			text = "nothing matches"
		}
		return m.listingLines("", []string{"   " + t.dim.Render(text)}, nil)
	}
	w := m.logWidths()
	current, _ := e.scroll.Current()
	var rows []string
	for _, item := range e.scroll.Window() {
		rows = append(rows, m.logRow(item, w, item == current))
	}
	head := t.head.Render("  " + show.Pad("TIME", w.time) + "  " + show.Pad("WHAT", w.what) + "  DIRECTORY")
	if w.cause > 0 {
		head = t.head.Render("  " + show.Pad("TIME", w.time) + "  " + show.Pad("WHAT", w.what) + "  " + show.Pad("DIRECTORY", w.path) + "  CAUSE")
	}
	return m.listingLines(head, rows, m.eventFacts(current))
}

// logWidths are those of the columns.
type logWidths struct{ time, what, path, cause int }

func (m *model) logWidths() (w logWidths) {
	w.time, w.what = len(time.TimeOnly), min(m.width*3/10, 30)
	if m.width < 60 { // the seconds stand below, and so does what is cut
		w.time, w.what = len("15:04"), max(m.width*3/10, 11)
	}
	room := m.width - 2 - w.time - 2 - w.what - 2 - rightMargin
	if w.path = max(room, 8); room >= 40 {
		w.path = room * 11 / 20
		w.cause = room - w.path - 2
	}
	return w
}
