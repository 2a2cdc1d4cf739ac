package ui

import (
	"slices"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"lockscope/ui/list"
)

// holdersView is the processes on the screen that hold locks, or that pidfiles name.
type holdersView struct {
	scroll  list.Scroll[*list.Holder]
	line    *filterLine
	filter  list.Filter
	holders list.Holders
	by      list.HolderColumn
	reverse bool

	gathered bool // since the table last changed
	sorted   bool // since then, and since the filter or the order changed
}

// openHolders shows the holders.
func (m *model) openHolders() {
	h := &m.holders
	m.mode, m.scroll = modeHolders, 0
	h.gathered = false
	m.sortHolders(h.by, h.reverse)
}

// sortHolders sorts otherwise, and shows what comes first then.
func (m *model) sortHolders(by list.HolderColumn, reverse bool) {
	h := &m.holders
	h.by, h.reverse, h.sorted = by, reverse, false
	h.scroll.Follow = true
	m.refreshHolders()
	h.scroll.Follow = false
}

// refreshHolders takes in what changed.
func (m *model) refreshHolders() {
	h := &m.holders
	h.scroll.SetHeight(m.listingRows())
	if !h.gathered {
		h.holders.Gather(m.list, &m.log)
		h.gathered, h.sorted = true, false
	}
	if h.sorted {
		return
	}
	h.filter.SetTime(m.now())
	before, _ := h.scroll.Current()
	h.scroll.Set(h.holders.Sorted(&h.filter, h.by, h.reverse))
	h.sorted = true
	if before != nil && !h.scroll.Follow {
		if at := slices.Index(h.scroll.Items(), h.holders.Again(before)); at >= 0 {
			h.scroll.MoveTo(at)
		}
	}
}

// filterHolders filters the holders as it is typed.
func (m *model) filterHolders(text string) (problem string) {
	m.holders.filter, problem = m.list.HolderFilter(text)
	m.holders.sorted = false
	return problem
}

// pressHolders is for the holders.
func (m *model) pressHolders(k tea.KeyPressMsg) tea.Cmd {
	h, keys := &m.holders, &m.keys
	current, ok := h.scroll.Current()
	switch {
	case m.pressListing(&h.scroll, k):
	case key.Matches(k, keys.Filter):
		m.enterFilter(h.line)
	case key.Matches(k, keys.Sort):
		next := (h.by + 1) % list.HolderColumns
		if next == list.HolderHost && len(m.opts.Hosts) == 0 {
			next++
		}
		m.sortHolders(next, false)
	case key.Matches(k, keys.Reverse):
		m.sortHolders(h.by, !h.reverse)
	case key.Matches(k, keys.Detail) && ok:
		m.showDirectoriesOf(current)
	case key.Matches(k, keys.Export):
		return m.exportHolders()
	case key.Matches(k, keys.Help):
		m.openHelp()
	case key.Matches(k, keys.Back) && h.line.text() != "":
		m.memory.add(h.line.text())
		h.line.clear()
	case key.Matches(k, keys.Back, keys.Holders, keys.Quit):
		m.leaveListing()
	}
	return nil
}

// showDirectoriesOf filters the table to the directories of a process.
func (m *model) showDirectoriesOf(h *list.Holder) {
	m.memory.add(m.filter.text())
	m.list.SetTime(m.now())
	m.list.ShowClasses(0)
	m.filter.set(holderQuery(h))
	m.memory.add(m.filter.text())
	m.list.MoveTo(0)
	m.leaveListing()
}

// holdersTitle says what the holders are narrowed to.
func (m *model) holdersTitle() string {
	t := &m.theme
	title := t.strong.Render("holders")
	if text := m.holders.line.text(); text != "" && m.mode != modeFilter {
		title = t.strong.Render("holders  / "+t.chars.Escape(text)) + t.dim.Render("  esc shows all")
	}
	return title
}
