package ui

import (
	"slices"
	"time"

	"lockscope/ui/show"
)

// historyFacts are what happened to a directory since the start, the newest first.
func (m *model) historyFacts(path string) []show.Fact {
	h := m.log.History(path)
	if h == nil {
		return nil
	}
	t, now := &m.theme, m.asOf()
	var facts []show.Fact
	if h.Last != nil && !h.Last.Acquired.After(now) {
		text := show.Count(h.Handoffs)
		if h.RolledBack > 0 {
			text += ", " + show.Count(h.RolledBack) + " rolled back"
		}
		facts = append(facts, show.Fact{Label: "hand-offs", Text: text + ", last gap " + show.Gap(h.Last)})
	}
	label := "history"
	for _, e := range slices.Backward(h.Events) {
		if e.At.After(now) { // the table is stopped
			continue
		}
		text := e.At.Format(time.TimeOnly) + "  " + m.eventBrief(e)
		facts = append(facts, show.Fact{Label: label, Text: text + " " + t.chars.Dot + " " + show.LongAge(now.Sub(e.At)) + " ago"})
		label = ""
	}
	if more := h.Total - len(h.Events); more > 0 {
		facts = append(facts, show.Fact{Text: show.Count(more) + " more before"})
	}
	return facts
}
