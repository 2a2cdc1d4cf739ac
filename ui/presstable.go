package ui

import (
	"slices"
	"strconv"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"lockscope/scan/report"
	"lockscope/ui/list"
	"lockscope/ui/show"
)

// pressTable is for the table.
func (m *model) pressTable(k tea.KeyPressMsg) tea.Cmd {
	if m.pressMove(k) || m.refusedForGone(k) {
		return nil
	}
	switch keys := &m.keys; {
	case key.Matches(k, keys.Quit):
		return tea.Quit
	case key.Matches(k, keys.Export):
		return m.export()
	case key.Matches(k, keys.Back):
		m.back()
	case key.Matches(k, keys.Detail):
		if r := m.list.Current(); r != nil && r.Group != nil {
			m.list.Fold(!r.Group.Folded)
		} else {
			m.openDetail()
		}
	case m.pressFind(k):
	default:
		return m.pressAct(k)
	}
	return nil
}

// pressAct is for what can be done whether the table is in sight or its cursor's detail covers it.
func (m *model) pressAct(k tea.KeyPressMsg) tea.Cmd {
	switch keys := &m.keys; {
	case key.Matches(k, keys.Help):
		m.openHelp()
	case key.Matches(k, keys.Log):
		m.openLog()
	case key.Matches(k, keys.Holders):
		m.openHolders()
	case key.Matches(k, keys.Break):
		return m.openDialog()
	case m.opts.Break == nil && slices.Contains(keys.Break.Keys(), k.String()):
		m.notice = "break not offered: read-only"
	case key.Matches(k, keys.CopyPath):
		return m.copyPath()
	case key.Matches(k, keys.CopyNext):
		return m.copyNext()
	case key.Matches(k, keys.Observe):
		m.opts.Source.Observe()
		m.ask("looking at every directory", "looked at")
	case key.Matches(k, keys.Walk):
		m.opts.Source.Walk()
		m.ask("walking the roots", "walked")
	case key.Matches(k, keys.Pause):
		m.pause()
	case key.Matches(k, keys.Slower):
		m.changeInterval(+1)
	case key.Matches(k, keys.Faster):
		m.changeInterval(-1)
	}
	return nil
}

// refusedForGone says that there is nothing to do, if the key acts on the cursor's directory or group and
// that is gone.
func (m *model) refusedForGone(k tea.KeyPressMsg) bool {
	r := m.list.Current()
	switch acts := key.Matches(k, m.keys.Break, m.keys.CopyPath, m.keys.CopyNext, m.keys.Select); {
	case r == nil || !acts:
	case r.Gone:
		m.notice = "the directory is gone: nothing to do there"
		return true
	case r.Group != nil && !r.Group.Left():
		m.notice = "nothing is left of the group: nothing to do there"
		return true
	}
	return false
}

// pressMove moves the cursor, if that is what the key does.
func (m *model) pressMove(k tea.KeyPressMsg) bool {
	l := m.list
	if to, moves := m.keys.motion(k, l.Position(), l.Height(), l.Len()-1); moves {
		l.MoveTo(to)
		m.scroll = 0
		return true
	}
	return m.pressProblem(k)
}

// pressProblem moves the cursor to another problem, if that is what the key does.
func (m *model) pressProblem(k tea.KeyPressMsg) bool {
	l := m.list
	switch {
	case key.Matches(k, m.keys.NextProblem):
		if !l.MoveToProblem(+1) {
			m.notice = "no problem further down"
		}
	case key.Matches(k, m.keys.PrevProblem):
		if !m.toNews() && !l.MoveToProblem(-1) {
			m.notice = "no problem further up"
		}
	default:
		return false
	}
	m.scroll = 0
	return true
}

// pressFind changes what is shown, in which order, or what is selected, if that is what the key does.
func (m *model) pressFind(k tea.KeyPressMsg) bool {
	l := m.list
	switch keys := &m.keys; {
	case key.Matches(k, keys.Filter):
		m.enterFilter(m.filter)
	case key.Matches(k, keys.Problems):
		if l.Classes() == show.Problems {
			l.ShowClasses(0)
		} else {
			l.ShowClasses(show.Problems)
		}
	case key.Matches(k, keys.AllStates):
		l.ShowClasses(0)
	case key.Matches(k, keys.State):
		digit, _ := strconv.Atoi(k.String())
		l.ToggleClass(show.ClassOfState(report.States[digit-1]))
	case key.Matches(k, keys.Sort):
		next := (l.Order().Column + 1) % show.ColumnCount
		if next == show.ColumnHost && len(m.opts.Hosts) == 0 {
			next++
		}
		m.sort(list.Order{Column: next})
	case key.Matches(k, keys.Reverse):
		m.sort(list.Order{Column: l.Order().Column, Reverse: !l.Order().Reverse})
	case key.Matches(k, keys.Group):
		l.NextGrouping()
		if l.Grouping() == (list.Grouping{}) {
			m.notice = "no groups"
		}
	case key.Matches(k, keys.FoldAll):
		if !l.FoldAll() {
			m.notice = "there are no groups; " + keys.Group.Help().Key + " makes some"
		}
	case key.Matches(k, keys.Fold):
		l.Fold(true)
	case key.Matches(k, keys.Unfold):
		l.Fold(false)
	case key.Matches(k, keys.Left):
		m.scrollColumns(-1)
	case key.Matches(k, keys.Right):
		m.scrollColumns(+1)
	case key.Matches(k, keys.Columns):
		m.mode = modeColumns
	case key.Matches(k, keys.Select):
		if n := len(l.Acted()); n > 1 {
			m.notice = show.Counted(n, "directory", "directories") + " of the group, " + show.Count(l.Toggle()) + " selected"
		} else {
			l.Toggle()
			l.MoveBy(+1)
		}
	case key.Matches(k, keys.SelectAll):
		l.SelectMatching()
	case key.Matches(k, keys.SelectNone):
		l.DeselectAll()
	default:
		return false
	}
	return true
}

// sort sorts, and says so: there may be no room for the column.
func (m *model) sort(o list.Order) {
	m.list.Sort(o)
	m.notice = o.String()
}

// back shows every directory again or, where all are shown, forgets what came up or, where nothing did, shows
// the table alone.
func (m *model) back() {
	switch {
	case m.list.Filtered() || m.filter.text() != "":
		m.showAll()
	case m.list.News().Len() > 0:
		m.list.ForgetNews()
	case m.showsPane():
		m.setDetail(detailHidden)
		m.notice = "the detail is hidden; " + m.keys.Detail.Help().Key + " shows it"
	}
}

// showAll shows every directory again, and remembers the filter.
func (m *model) showAll() {
	m.memory.add(m.filter.text())
	m.filter.clear()
	m.list.ShowAll()
}
