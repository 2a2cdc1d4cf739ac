package ui

import (
	"slices"
	"strings"

	"charm.land/bubbles/v2/textinput"

	"lockscope/ui/list"
	"lockscope/ui/show"
)

// filterLine is a filter as it is typed. The table, the log and the holders have one each.
type filterLine struct {
	input   textinput.Model
	filter  func(text string) (problem string) // filters by it; the problem is not escaped
	problem string                             // why a word of it asks for nothing
}

func newFilterLine(t *theme, filter func(text string) (problem string)) *filterLine {
	f := &filterLine{input: textinput.New(), filter: filter}
	f.input.Prompt = "/ "
	f.input.SetVirtualCursor(false)
	f.input.SetStyles(t.inputStyles())
	f.input.ShowSuggestions = true
	f.input.KeyMap.Paste.SetEnabled(false) // it would run a program; the terminal's own paste works
	return f
}

// text is the filter without white space around it.
func (f *filterLine) text() string { return strings.TrimSpace(f.input.Value()) }

// apply filters by what is typed.
func (f *filterLine) apply() {
	f.input.SetSuggestions(list.Completions(f.input.Value()))
	f.problem = f.filter(f.input.Value())
}

// set replaces what is typed.
func (f *filterLine) set(text string) {
	if text != f.input.Value() {
		f.input.SetValue(text)
		f.input.CursorEnd()
		f.apply()
	}
}

// clear takes the filter away.
func (f *filterLine) clear() { f.set("") }

// filterFoot is the foot while a filter is typed: the line, and beside it what is wrong, or the keys.
func (m *model) filterFoot() string {
	return show.Spread(" "+m.typing.input.View(), m.filterHint(), m.width)
}

// filterHint is what stands beside the filter's line.
func (m *model) filterHint() string {
	t := &m.theme
	problem, beside := m.filterProblem()
	keep, clears := m.keys.Keep.Help(), m.keys.Clear.Help()
	switch {
	case problem != "" && beside:
		return t.alarm.Render(problem) + " "
	case problem != "" || m.width < 60:
		return ""
	}
	return t.dim.Render(keep.Key + " " + keep.Desc + " " + t.chars.Dot + " " + clears.Key + " " + clears.Desc + " ")
}

// filterProblem is what is wrong with the filter that is typed, if anything. Where there is no room for it
// beside the line, it is for the rule above.
func (m *model) filterProblem() (text string, beside bool) {
	if m.mode != modeFilter || m.typing.problem == "" {
		return "", false
	}
	text = m.theme.chars.Escape(m.typing.problem)
	return text, show.Width(text)+show.Width(m.typing.input.Value())+8 <= m.width
}

// problemRule is that for the rule above the foot.
func (m *model) problemRule() string {
	if text, beside := m.filterProblem(); text != "" && !beside {
		return m.theme.alarm.Render(text)
	}
	return ""
}

// fitFilter gives the text the room that is left.
func (m *model) fitFilter() {
	input := &m.typing.input
	input.SetWidth(max(m.width-show.Width(m.filterHint())-5, 1))
	input.SetCursor(input.Position()) // scrolls the text so that the cursor is in sight
}

// memory are the filters that there were, the oldest first. None is in it twice.
type memory struct {
	texts []string
	at    int    // index of the one that is shown; len(texts) = none
	draft string // what was typed before the first was shown
}

// begin forgets where in it one was.
func (h *memory) begin() { h.at = len(h.texts) }

// add remembers a filter as the latest.
func (h *memory) add(text string) {
	if text = strings.TrimSpace(text); text != "" {
		h.texts = slices.DeleteFunc(h.texts, func(old string) bool { return old == text })
		h.texts = append(h.texts, text)
		h.texts = h.texts[max(len(h.texts)-maxMemory, 0):]
	}
	h.begin()
}

// older is the filter before the one that is shown, which is text.
func (h *memory) older(text string) string {
	if h.at == len(h.texts) {
		h.draft = text
		if h.at > 0 && h.texts[h.at-1] == strings.TrimSpace(text) { // the one that is kept
			h.at--
		}
	}
	if h.at == 0 {
		return text
	}
	h.at--
	return h.texts[h.at]
}

// newer is the one after it, and after the last what was typed.
func (h *memory) newer(text string) string {
	switch {
	case h.at >= len(h.texts):
		return text
	case h.at == len(h.texts)-1:
		h.at++
		return h.draft
	}
	h.at++
	return h.texts[h.at]
}
