package ui

import (
	"strconv"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"lockscope/scan/report"
	"lockscope/ui/show"
)

func (m *model) pressTable(k tea.KeyPressMsg) tea.Cmd {
	if m.showsDetailFull() && m.pressScroll(k) {
		return nil
	}
	if m.pressMove(k) {
		m.scroll = 0
		return nil
	}
	switch keys := &m.keys; {
	case key.Matches(k, keys.Quit):
		return tea.Quit
	case key.Matches(k, keys.Suspend):
		return suspend
	case key.Matches(k, keys.Help):
		m.mode, m.scroll = helping, 0
	case key.Matches(k, keys.Log):
		m.mode, m.scroll = logging, 0
	case key.Matches(k, keys.Export):
		return m.export()
	case key.Matches(k, keys.Back):
		m.back()
	case key.Matches(k, keys.Detail):
		if r := m.rows.current(); r != nil && r.group != nil {
			m.rows.fold(!r.group.folded)
		} else {
			m.cycleDetail()
		}
	case key.Matches(k, keys.Break):
		return m.ask()
	case key.Matches(k, keys.CopyPath):
		return m.copyPath()
	case key.Matches(k, keys.CopyNext):
		return m.copyNext()
	case key.Matches(k, keys.Observe):
		m.opts.Source.Observe()
		m.notice = "observing every directory afresh"
	case key.Matches(k, keys.Walk):
		m.opts.Source.Walk()
		m.notice = "walking the roots again"
	case key.Matches(k, keys.Pause):
		m.pause()
	case key.Matches(k, keys.Slower):
		m.changeInterval(+1)
	case key.Matches(k, keys.Faster):
		m.changeInterval(-1)
	default:
		return m.pressFind(k)
	}
	return nil
}

// pressMove moves the cursor.
func (m *model) pressMove(k tea.KeyPressMsg) bool {
	rs, page := m.rows, m.rows.height
	switch keys := &m.keys; {
	case key.Matches(k, keys.Up):
		rs.moveTo(rs.at - 1)
	case key.Matches(k, keys.Down):
		rs.moveTo(rs.at + 1)
	case key.Matches(k, keys.PageUp):
		rs.moveTo(rs.at - page)
	case key.Matches(k, keys.PageDown):
		rs.moveTo(rs.at + page)
	case key.Matches(k, keys.HalfUp):
		rs.moveTo(rs.at - page/2)
	case key.Matches(k, keys.HalfDown):
		rs.moveTo(rs.at + page/2)
	case key.Matches(k, keys.Top):
		rs.moveTo(0)
	case key.Matches(k, keys.Bottom):
		rs.moveTo(len(rs.shown) - 1)
	case key.Matches(k, keys.NextProblem):
		if !rs.moveToProblem(+1) {
			m.notice = "no problem further down"
		}
	case key.Matches(k, keys.PrevProblem):
		if !rs.moveToProblem(-1) {
			m.notice = "no problem further up"
		}
	default:
		return false
	}
	return true
}

// pressFind changes what is shown, in which order, and what is selected.
func (m *model) pressFind(k tea.KeyPressMsg) tea.Cmd {
	rs := m.rows
	switch keys := &m.keys; {
	case key.Matches(k, keys.Filter):
		m.mode = filtering
		m.detail = min(m.detail, detailShown)
		m.filter.CursorEnd()
		m.resize()
		return m.filter.Focus()
	case key.Matches(k, keys.Problems):
		if rs.query.classes == show.Problems {
			m.showClasses(0)
		} else {
			m.showClasses(show.Problems)
		}
	case key.Matches(k, keys.AllStates):
		m.showClasses(0)
	case key.Matches(k, keys.State):
		digit, _ := strconv.Atoi(k.String())
		m.toggleClass(show.ClassOfState(report.States[digit-1]))
	case key.Matches(k, keys.Sort):
		m.sort(order{column: (rs.order.column + 1) % show.ColumnCount})
	case key.Matches(k, keys.Reverse):
		m.sort(order{rs.order.column, !rs.order.reverse})
	case key.Matches(k, keys.Group):
		rs.nextDepth()
		if rs.groups.depth == 0 {
			m.notice = "no groups"
		}
	case key.Matches(k, keys.Fold):
		rs.fold(true)
	case key.Matches(k, keys.Unfold):
		rs.fold(false)
	case key.Matches(k, keys.Select):
		rs.toggle()
		rs.moveTo(rs.at + 1)
	case key.Matches(k, keys.SelectAll):
		rs.selectMatching()
	case key.Matches(k, keys.SelectNone):
		rs.deselectAll()
	}
	return nil
}

// sort sorts, and says so: the column may have dropped off the table.
func (m *model) sort(o order) {
	m.rows.setOrder(o)
	m.notice = o.String()
}

// toggleClass shows one class alone, or adds it to, or removes it from, those
// that were chosen one by one.
func (m *model) toggleClass(c show.Class) {
	if cs := m.rows.query.classes; cs == 0 || cs == show.Problems {
		m.showClasses(show.Only(c))
	} else {
		m.showClasses(cs.Toggle(c))
	}
}

func (m *model) showClasses(cs show.Classes) {
	m.rows.setQuery(query{classes: cs, terms: m.rows.query.terms})
}

// back leaves the full detail, else shows every directory again.
func (m *model) back() {
	if m.showsDetailFull() {
		m.detail = detailShown
		m.resize()
		return
	}
	m.filter.Reset()
	m.rows.setQuery(query{})
}

func (m *model) cycleDetail() {
	m.detail = (m.detail + 1) % 3
	if m.detail == detailHidden && !m.roomForDetail() {
		m.detail = detailShown // hidden and shown look alike
	}
	m.scroll = 0
	m.resize()
}
