package ui

import (
	"slices"
	"strings"

	"lockscope/ui/show"

	"charm.land/bubbles/v2/help"
	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/textinput"
)

func (t *theme) helpStyles() help.Styles {
	return help.Styles{
		ShortKey: t.key, ShortDesc: t.dim, ShortSeparator: t.dim,
	}
}

func (t *theme) inputStyles() textinput.Styles {
	s := textinput.DefaultStyles(true)
	s.Focused.Prompt, s.Focused.Suggestion = t.key, t.dim
	s.Cursor.Color = nil
	return s
}

// helpNotes are what the keys alone do not tell.
var helpNotes = []string{
	"Filter: every word must match path, state, PID or command; !word excludes.",
	"path:eu  state:stale,split  pid:8121  cmd:kvd look in one place only.",
	"The mouse works too; hold shift to select text.",
}

// helpLines lay out the key map in as many columns as there is room for.
func (m *model) helpLines() []string {
	var groups [][]string
	for i, bindings := range m.keys.FullHelp() {
		groups = append(groups, m.helpGroup(helpTitles[i], bindings))
	}
	n := len(groups)
	widths := columnWidths(groups, n)
	for n > 1 && sum(widths)-helpGap > m.width-1 {
		n /= 2
		widths = columnWidths(groups, n)
	}
	var out []string
	for group := range slices.Chunk(groups, n) {
		out = append(append(out, beside(group, widths)...), "")
	}
	for _, note := range helpNotes {
		for _, line := range show.Wrap(note, m.width-2) {
			out = append(out, " "+m.theme.dim.Render(line))
		}
	}
	return out
}

func (m *model) helpGroup(title string, bindings []key.Binding) []string {
	lines := []string{m.theme.name.Render(title)}
	keys := 0
	for _, b := range bindings {
		keys = max(keys, show.Width(b.Help().Key))
	}
	for _, b := range bindings {
		if b.Enabled() {
			lines = append(lines, m.theme.key.Render(show.Pad(b.Help().Key, keys))+"  "+b.Help().Desc)
		}
	}
	return lines
}

// helpGap is the space between two columns.
const helpGap = 3

// columnWidths are how wide n columns of blocks are, the space between them included.
func columnWidths(blocks [][]string, n int) []int {
	widths := make([]int, n)
	for i, block := range blocks {
		for _, line := range block {
			widths[i%n] = max(widths[i%n], show.Width(line)+helpGap)
		}
	}
	return widths
}

func sum(ns []int) (total int) {
	for _, n := range ns {
		total += n
	}
	return total
}

// beside puts blocks of lines side by side.
func beside(blocks [][]string, widths []int) []string {
	height := 0
	for _, block := range blocks {
		height = max(height, len(block))
	}
	out := make([]string, height)
	for i := range out {
		line := " "
		for j, block := range blocks {
			cell := ""
			if i < len(block) {
				cell = block[i]
			}
			line += show.Pad(cell, widths[j])
		}
		out[i] = strings.TrimRight(line, " ")
	}
	return out
}

// leastNeeded are the keys that the foot line drops first where it is short.
func (k *KeyMap) leastNeeded() []key.Binding {
	return []key.Binding{k.Observe, k.CopyPath, k.Sort, k.Select, k.Problems, k.Detail, k.Break, k.Filter}
}

// fitting drops keys until the rest fits the foot line: those that are least
// needed, then from the right.
func (m *model) fitting(bindings []key.Binding) []key.Binding {
	fits := func() bool {
		w := 1
		for _, b := range bindings {
			if b.Enabled() {
				w += show.Width(b.Help().Key) + 1 + show.Width(b.Help().Desc) + 2
			}
		}
		return w <= m.width
	}
	for _, drop := range m.keys.leastNeeded() {
		if fits() {
			break
		}
		bindings = slices.DeleteFunc(bindings, func(b key.Binding) bool { return b.Help() == drop.Help() })
	}
	for len(bindings) > 1 && !fits() {
		bindings = bindings[:len(bindings)-1]
	}
	return bindings
}

// fullTextKeys are the keys while one text has the body.
func (m *model) fullTextKeys() []key.Binding {
	back := key.NewBinding(key.WithKeys(m.keys.Back.Keys()...), key.WithHelp(m.keys.Back.Help().Key, "back"))
	return []key.Binding{back, pair(m.keys.Up, m.keys.Down), pair(m.keys.PageUp, m.keys.PageDown)}
}
