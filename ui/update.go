package ui

import (
	"maps"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"lockscope/ui/list"
)

// Update takes in what happened: a key, a batch of updates, the result of a command.
func (m *model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	before := m.notice
	cmd := m.handle(msg)
	if _, pressed := msg.(tea.KeyPressMsg); pressed || m.notice != before {
		m.noticedAt = m.now()
	}
	m.text = m.fullText()
	return m, cmd
}

func (m *model) handle(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.width, m.height = msg.Width, msg.Height
		m.resize()
	case batchMsg:
		return tea.Batch(m.receive(msg), m.queue.next)
	case endedMsg:
		m.scan.ended, m.scan.err = true, msg.err
	case tickMsg:
		if m.now().Sub(m.noticedAt) >= noticeTime {
			m.notice = ""
		}
		if m.scan.paused() { // what changed is still to be seen
			return m.nextTick()
		}
		m.list.SetTime(m.now())
		maps.DeleteFunc(m.highlighted, func(_ string, at time.Time) bool { return m.now().Sub(at) >= highlightTime })
		return m.nextTick()
	case tea.ResumeMsg:
		m.scan.heard, m.suspending = m.now(), false
	case noticeMsg:
		m.notice, m.suspending = string(msg), false
	case exportedMsg:
		m.exported(msg)
	case tea.MouseWheelMsg:
		m.wheel(tea.Mouse(msg))
	case tea.MouseClickMsg:
		return m.click(tea.Mouse(msg))
	case brokenMsg:
		return m.broken(msg)
	case checkedMsg:
		return m.checked(msg)
	case tea.PasteMsg:
		if m.mode == modeFilter {
			return m.typeFilter(msg)
		}
	case tea.KeyPressMsg:
		return m.press(msg)
	}
	return nil
}

// receive takes in a batch of updates, and shows it unless the table is stopped.
func (m *model) receive(batch batchMsg) (ring tea.Cmd) {
	for i := range batch {
		u := &batch[i]
		events := m.list.Take(u, m.now())
		if m.scan.passes == 0 { // nothing changes before all has been found, and every verdict stands
			events = slices.DeleteFunc(events, func(e *list.Event) bool { return e.Handoff == nil })
		}
		m.note(events)
		if cmd := m.announce(events); cmd != nil {
			ring = cmd
		}
		m.scan.apply(u, m.now())
		m.answer(u, len(events))
		if len(u.Errors) > 0 || u.Summary != nil {
			m.noteUnread()
		}
	}
	if !m.scan.paused() {
		m.list.Settle()
		m.holders.gathered = false
	}
	return ring
}

// note makes what changed stand out, and logs what happened.
func (m *model) note(events []*list.Event) {
	now := m.now()
	for _, e := range events {
		m.highlighted[e.Path] = now
	}
	m.log.Add(now, events)
}

// resize fits the parts that have a size of their own to the layout.
func (m *model) resize() {
	l := m.layout()
	m.list.SetHeight(l.rows)
	if m.mode == modeFilter {
		m.fitFilter()
	}
}
