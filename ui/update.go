package ui

import (
	"cmp"
	"maps"
	"time"
	"unicode"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"lockscope/ui/list"
)

func (m *model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	cmd := m.handle(msg)
	m.text = m.fullText()
	return m, cmd
}

func (m *model) handle(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.width, m.height = msg.Width, msg.Height
		m.resize()
	case batchMsg:
		m.receive(msg)
		return m.feed.next
	case endedMsg:
		m.scan.ended, m.scan.err = true, msg.err
	case tickMsg:
		if m.scan.paused() { // what changed is still to be seen
			return m.nextTick()
		}
		maps.DeleteFunc(m.flash, func(_ string, at time.Time) bool { return m.now().Sub(at) >= flashTime })
		return m.nextTick()
	case tea.ResumeMsg:
		m.scan.heard = m.now()
	case noticeMsg:
		m.notice = string(msg)
	case exportedMsg:
		m.exported(msg)
	case tea.MouseWheelMsg:
		m.wheel(tea.Mouse(msg))
	case tea.MouseClickMsg:
		m.click(tea.Mouse(msg))
	case brokenMsg:
		return m.broken(msg)
	case checkedMsg:
		return m.checked(msg)
	case tea.PasteMsg:
		if m.mode == filtering {
			return m.typeFilter(msg)
		}
	case tea.KeyPressMsg:
		return m.press(msg)
	}
	return nil
}

func (m *model) receive(batch batchMsg) {
	for i := range batch {
		u := &batch[i]
		changes := m.list.Take(u)
		if m.scan.passes == 0 { // nothing changes before all has been found, and every verdict stands
			changes = nil
		}
		m.note(changes)
		m.scan.apply(u, m.now())
	}
	if !m.scan.paused() {
		m.list.Settle()
	}
}

// flashTime is for how long a row stands out that has changed.
const flashTime = 1500 * time.Millisecond

// note remembers what changed.
func (m *model) note(changes []list.Event) {
	events := make([]event, len(changes))
	for i, c := range changes {
		events[i] = event{at: m.now(), change: c}
		m.flash[c.Path] = events[i].at
	}
	m.events.add(events...)
}

// press forks by what has the keys.
func (m *model) press(k tea.KeyPressMsg) tea.Cmd {
	// Esc and a key in one go, as on a slow line, look like one with alt: the text input alone knows such.
	if k.Mod.Contains(tea.ModAlt) && m.mode != filtering {
		esc := m.press(tea.KeyPressMsg{Code: tea.KeyEscape})
		return tea.Batch(esc, m.press(withoutAlt(k)))
	}
	m.notice = ""
	if k.String() == "ctrl+c" {
		return tea.Quit
	}
	if m.tooSmallFor() { // nothing is done that cannot be seen
		if m.mode == browsing && key.Matches(k, m.keys.Quit) {
			return tea.Quit
		}
		return nil
	}
	switch m.mode {
	case filtering:
		return m.pressFilter(k)
	case asking:
		return m.pressDialog(k)
	case helping, logging:
		return m.pressText(k)
	}
	return m.pressTable(k)
}

func withoutAlt(k tea.KeyPressMsg) tea.KeyPressMsg {
	k.Mod &^= tea.ModAlt
	if r := cmp.Or(k.ShiftedCode, k.Code); unicode.IsPrint(r) && !k.Mod.Contains(tea.ModCtrl) {
		k.Text = string(r)
	}
	return k
}

// pressText is for the help and the log.
func (m *model) pressText(k tea.KeyPressMsg) tea.Cmd {
	switch {
	case m.pressScroll(k):
	case key.Matches(k, m.keys.Help, m.keys.Log, m.keys.Back, m.keys.Quit, m.keys.Detail):
		m.mode = browsing
	}
	return nil
}

// pressScroll moves through the lines of a full-screen text.
func (m *model) pressScroll(k tea.KeyPressMsg) bool {
	page, to := m.layout().body, m.scroll
	switch {
	case key.Matches(k, m.keys.Up):
		to--
	case key.Matches(k, m.keys.Down):
		to++
	case key.Matches(k, m.keys.PageUp):
		to -= page
	case key.Matches(k, m.keys.PageDown):
		to += page
	case key.Matches(k, m.keys.HalfUp):
		to -= page / 2
	case key.Matches(k, m.keys.HalfDown):
		to += page / 2
	case key.Matches(k, m.keys.Top):
		to = 0
	case key.Matches(k, m.keys.Bottom):
		to = len(m.text)
	default:
		return false
	}
	m.scrollTo(to)
	return true
}

func (m *model) scrollTo(line int) {
	m.scroll = max(min(line, len(m.text)-m.layout().body), 0)
}

func (m *model) resize() {
	l := m.layout()
	m.list.SetHeight(l.rows)
	m.filter.SetWidth(max(m.width-6, 1))
}
