package ui

import (
	"strconv"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"lockscope/scan"
)

func (m *model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.width, m.height = msg.Width, msg.Height
		m.resize()
	case batchMsg:
		m.receive(msg)
		return m, m.feed.next
	case endedMsg:
		m.scan.ended, m.scan.err = true, msg.err
	case secondMsg:
		return m, everySecond()
	case brokenMsg:
		return m, m.broken(msg)
	case tea.PasteMsg:
		if m.mode == filtering {
			return m, m.typeFilter(msg)
		}
	case tea.KeyPressMsg:
		return m, m.press(msg)
	}
	return m, nil
}

func (m *model) receive(batch batchMsg) {
	for i := range batch {
		u := &batch[i]
		m.rows.apply(u.Changes, u.Gone)
		m.scan.apply(u, m.now())
	}
}

// press forks by what has the keys.
func (m *model) press(k tea.KeyPressMsg) tea.Cmd {
	m.notice = ""
	if k.String() == "ctrl+c" {
		return tea.Quit
	}
	switch m.mode {
	case filtering:
		return m.pressFilter(k)
	case asking:
		return m.pressDialog(k)
	case helping:
		return m.pressHelp(k)
	}
	return m.pressTable(k)
}

func (m *model) pressHelp(k tea.KeyPressMsg) tea.Cmd {
	switch {
	case m.pressScroll(k):
	case key.Matches(k, m.keys.Help, m.keys.Back, m.keys.Quit, m.keys.Detail):
		m.mode = browsing
	}
	return nil
}

// pressScroll moves through the lines of a full-screen text.
func (m *model) pressScroll(k tea.KeyPressMsg) bool {
	page := m.layout().body
	switch {
	case key.Matches(k, m.keys.Up):
		m.scroll--
	case key.Matches(k, m.keys.Down):
		m.scroll++
	case key.Matches(k, m.keys.PageUp):
		m.scroll -= page
	case key.Matches(k, m.keys.PageDown):
		m.scroll += page
	case key.Matches(k, m.keys.HalfUp):
		m.scroll -= page / 2
	case key.Matches(k, m.keys.HalfDown):
		m.scroll += page / 2
	case key.Matches(k, m.keys.Top):
		m.scroll = 0
	case key.Matches(k, m.keys.Bottom):
		m.scroll = len(m.fullText())
	default:
		return false
	}
	m.scroll = max(min(m.scroll, len(m.fullText())-page), 0)
	return true
}

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
		return tea.Suspend
	case key.Matches(k, keys.Help):
		m.mode, m.scroll = helping, 0
	case key.Matches(k, keys.Back):
		m.back()
	case key.Matches(k, keys.Detail):
		m.cycleDetail()
	case key.Matches(k, keys.Break):
		m.ask()
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
		if rs.query.classes == problems {
			m.showClasses(0)
		} else {
			m.showClasses(problems)
		}
	case key.Matches(k, keys.AllStates):
		m.showClasses(0)
	case key.Matches(k, keys.State):
		digit, _ := strconv.Atoi(k.String())
		m.toggleClass(classOfState(scan.States[digit-1]))
	case key.Matches(k, keys.Sort):
		rs.setOrder(order{column: (rs.order.column + 1) % columnCount})
	case key.Matches(k, keys.Reverse):
		rs.setOrder(order{rs.order.column, !rs.order.reverse})
	case key.Matches(k, keys.Select):
		if r := rs.current(); r != nil {
			rs.setSelected(r, !r.selected)
			rs.moveTo(rs.at + 1)
		}
	case key.Matches(k, keys.SelectAll):
		rs.selectShown()
	case key.Matches(k, keys.SelectNone):
		rs.deselectAll()
	}
	return nil
}

// toggleClass shows one class alone, or adds it to, or removes it from, those
// that were chosen one by one.
func (m *model) toggleClass(c class) {
	if cs := m.rows.query.classes; cs == 0 || cs == problems {
		m.showClasses(only(c))
	} else {
		m.showClasses(cs.toggle(c))
	}
}

func (m *model) showClasses(cs classes) {
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

func (m *model) resize() {
	l := m.layout()
	m.rows.setHeight(l.rows)
	m.filter.SetWidth(max(m.width-6, 1))
	m.help.SetWidth(m.width - 2)
}

func (m *model) pressFilter(k tea.KeyPressMsg) tea.Cmd {
	switch k.String() {
	case "enter":
		m.leaveFilter()
		return nil
	case "esc":
		m.filter.Reset()
		m.applyFilter()
		m.leaveFilter()
		return nil
	case "up", "down", "pgup", "pgdown":
		m.pressMove(k)
		return nil
	}
	return m.typeFilter(k)
}

func (m *model) typeFilter(msg tea.Msg) tea.Cmd {
	before := m.filter.Value()
	var cmd tea.Cmd
	m.filter, cmd = m.filter.Update(msg)
	if m.filter.Value() != before {
		m.applyFilter()
	}
	return cmd
}

func (m *model) applyFilter() {
	m.rows.setQuery(query{classes: m.rows.query.classes, terms: parseTerms(m.filter.Value())})
}

func (m *model) leaveFilter() {
	m.mode = browsing
	m.filter.Blur()
}

func (m *model) copyPath() tea.Cmd {
	r := m.rows.current()
	if r == nil {
		return nil
	}
	m.notice = "copied " + scan.Escape(r.Path)
	return tea.SetClipboard(r.Path)
}

func (m *model) copyNext() tea.Cmd {
	r := m.rows.current()
	if r == nil {
		return nil
	}
	command := r.Command()
	if command == "" {
		m.notice = "there is no command for the next step"
		return nil
	}
	m.notice = "copied: " + command
	return tea.SetClipboard(command)
}

func (m *model) pause() {
	m.scan.paused = !m.scan.paused
	if m.scan.paused {
		m.opts.Source.SetInterval(0)
	} else {
		m.scan.heard = m.now()
		m.opts.Source.SetInterval(m.scan.wanted)
	}
}

// intervals are what + and - go through.
var intervals = []time.Duration{
	500 * time.Millisecond, time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second,
	30 * time.Second, time.Minute, 5 * time.Minute,
}

// changeInterval takes the next longer or shorter interval, and ends a pause.
func (m *model) changeInterval(step int) {
	i := 0
	for i < len(intervals)-1 && intervals[i] < m.scan.wanted {
		i++
	}
	if step > 0 && intervals[i] > m.scan.wanted {
		step = 0 // between two of them
	}
	m.scan.wanted = intervals[max(min(i+step, len(intervals)-1), 0)]
	m.scan.interval = m.scan.wanted
	m.scan.paused = false
	m.opts.Source.SetInterval(m.scan.wanted)
}
