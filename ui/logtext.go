package ui

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"lockscope/scan/report"
	"lockscope/ui/list"
	"lockscope/ui/show"
)

// logRow is one row of the log.
func (m *model) logRow(item logItem, w logWidths, isCursor bool) string {
	t := &m.theme
	e := item.one()
	if e == nil {
		e = item.line.Events[len(item.line.Events)-1]
	}
	at := strings.Repeat(" ", w.time)
	if !e.Unread {
		at = e.At.Format(time.TimeOnly)[:w.time]
	}
	where, cause, usual := m.pathOf(e.Path), t.chars.Plain(e.Cause), t.chars.Escape(m.list.UsualName())
	if e.Handoff != nil {
		cause = "after " + show.Gap(e.Handoff)
	}
	indent, room := "", w.path
	switch {
	case item.one() == nil:
		where, cause = t.folded+" "+m.sharedText(item.line, w), ""
		if item.line.Unfolded {
			where = t.unfolded + where[len(t.folded):]
		}
		if w.cause == 0 { // there is no room to spare
			where = where[strings.IndexByte(where, ' ')+1:]
		}
	case len(item.line.Events) > 1:
		indent = "  "
		if !item.line.Mixed && e.Handoff == nil && m.sharedCause(item.line) != "" { // that line says it
			cause = ""
		}
	}
	if w.cause > 0 { // a path is not cut for the sake of room that the cause leaves
		room += w.cause - min(show.Width(cause), w.cause)
		if cause == "" {
			room += gapWidth
		}
	}
	rest := indent + show.ShortenPath(where, usual, room-len(indent), t.chars.Mark)
	if cause != "" && w.cause > 0 {
		rest = show.Pad(rest, w.path) + "  " + t.dim.Render(show.Shorten(cause, w.cause, t.chars.Mark))
	}
	what := w.what
	if item.one() == nil && w.cause == 0 { // how many is worth more than that the column is straight
		what = max(what, min(show.Width(m.whatText(item, false)), what+w.path-show.Width(where)))
	}
	cut := func(text string) string { return show.Pad(show.Shorten(text, what, t.chars.Mark), what) }
	if isCursor {
		return m.cursorRow(" "+at+"  "+cut(m.whatText(item, false))+" ", rest)
	}
	return "  " + t.dim.Render(at) + "  " + cut(m.whatText(item, true)) + "  " + rest
}

// whatText says what happened: styled, or plain for the cursor's row.
func (m *model) whatText(item logItem, styled bool) string {
	e := item.one()
	several := e == nil
	if several {
		e = item.line.Events[0]
	}
	text := m.eventText(e, styled, !several || !item.line.Mixed)
	if several {
		if e.OfHost() {
			text = strings.Replace(text, "host", "hosts", 1)
		}
		count := show.Count(len(item.line.Events))
		if n := m.events.matching[item.line]; n > 0 && n < len(item.line.Events) {
			count = show.Count(n) + " of " + count
		}
		text = count + " " + text
	}
	return text
}

// eventText says from what to what, and, where the holders are what changed, from which PID to which.
func (m *model) eventText(e *list.Event, styled, pids bool) string {
	t := &m.theme
	word := func(c show.Class) string {
		if !styled {
			return c.String()
		}
		return t.class(c).Render(c.String())
	}
	change := ""
	if pids {
		change = " " + strconv.Itoa(e.FromPID) + " " + t.chars.Arrow + " " + strconv.Itoa(e.ToPID)
	}
	alarm := func(text string) string {
		if !styled {
			return text
		}
		return t.alarm.Render(text)
	}
	switch {
	case e.Unread:
		return alarm("could not be read")
	case e.Attempt != nil && e.Attempt.Outcome != report.Removed:
		return "break: " + alarm(show.OutcomeWord(e.Attempt.Outcome))
	case e.Attempt != nil:
		return "break: " + show.OutcomeWord(e.Attempt.Outcome)
	case e.Handoff != nil && e.Handoff.RolledBack && e.FromPID == e.ToPID && pids:
		return alarm("rolled back") + " to " + strconv.Itoa(e.ToPID)
	case e.Handoff != nil && e.Handoff.RolledBack:
		return alarm("rolled back") + change
	case e.Handoff != nil:
		return "handed off" + change
	case e.Holders():
		return word(e.To) + change
	case e.OfHost() && e.To == show.NoClass:
		return "host back"
	case e.OfHost():
		return alarm("host lost")
	case e.From == show.NoClass:
		return "found " + word(e.To)
	case e.To == show.NoClass:
		return "gone, was " + word(e.From)
	}
	return word(e.From) + " " + t.chars.Arrow + " " + word(e.To)
}

// sharedText is what stands in the row of a line of several events: what they rest on or, where nothing is
// known of that, which of their directories is one.
func (m *model) sharedText(line *list.Line, w logWidths) string {
	if cause := m.sharedCause(line); cause != "" {
		return cause
	}
	last, t := len(line.Events)-1, &m.theme
	more := " and " + show.Count(last) + " more"
	room := w.path - len("+ ") - len(more)
	if w.cause > 0 { // which is not told
		room += gapWidth + w.cause
	}
	return show.ShortenPath(m.pathOf(line.Events[last].Path), t.chars.Escape(m.list.UsualName()), room, t.chars.Mark) + more
}

// sharedCause is what the events of a line rest on, "" where that is not the same.
func (m *model) sharedCause(line *list.Line) string {
	first := line.Events[0]
	switch {
	case first.Unread:
		return ""
	case first.Handoff != nil:
		shortest, longest := first.Handoff, first.Handoff
		for _, e := range line.Events {
			if e.Handoff.Gap < shortest.Gap {
				shortest = e.Handoff
			}
			if e.Handoff.Gap > longest.Gap {
				longest = e.Handoff
			}
		}
		return "after " + show.Gap(shortest) + " to " + show.Gap(longest)
	case line.Mixed:
		return "each for a reason of its own"
	case slices.ContainsFunc(line.Events, func(e *list.Event) bool { return e.Cause != first.Cause }):
		return ""
	}
	return m.theme.chars.Plain(first.Cause)
}

// eventFacts are what is known of the row with the cursor, in as many lines as there are for it at most.
func (m *model) eventFacts(item logItem) []string {
	t := &m.theme
	w := m.width - 2
	if item.one() == nil {
		text := m.whatText(item, true)
		if cause := m.sharedCause(item.line); cause != "" {
			text += ": " + cause
		}
		first, last := item.line.Events[0], item.line.Events[len(item.line.Events)-1]
		lines := []string{" " + text}
		if !first.Unread {
			lines = append(lines, t.dim.Render(" "+m.exactly(first.At)+" to "+m.exactly(last.At)))
		}
		return append(lines, t.dim.Render(" "+m.keys.Detail.Help().Key+" unfolds or folds it"))
	}
	e := item.one()
	lines := []string{" " + t.name.Render(show.ShortenMiddle(t.chars.Escape(e.Path), w, t.chars.Mark))}
	told := show.Wrap(t.chars.Plain(m.eventSentence(e)), w)
	if room := m.factRows() - 1; len(told) > room { // what it comes to is worth more than its beginning
		told = []string{show.Shorten(t.chars.Plain(m.eventBrief(e)), w, t.chars.Mark)}
	}
	for _, line := range told {
		lines = append(lines, " "+line)
	}
	return lines
}

// eventSentence tells an event with all that is known of it.
func (m *model) eventSentence(e *list.Event) string {
	if e.Unread {
		return e.Cause
	}
	text := m.exactly(e.At) + "  " + m.eventText(e, false, true)
	if h := e.Handoff; h != nil {
		return text + ": " + m.handoffSentence(h) + "; nobody held the lock for " + show.Gap(h)
	}
	if e.Cause != "" {
		text += ": " + e.Cause
	}
	return text
}

// eventBrief is an event on one line.
func (m *model) eventBrief(e *list.Event) string {
	text := m.eventText(e, false, true)
	switch {
	case e.Unread:
		return e.Cause
	case e.Handoff != nil:
		return text + ", after " + show.Gap(e.Handoff)
	case e.Cause != "":
		return text + ", " + e.Cause
	}
	return text
}

// handoffSentence says who gave the lock to whom, or took it back.
func (m *model) handoffSentence(h *report.Handoff) string {
	from, to := m.peerText(h.From, h.Path), m.peerText(h.To, h.Path)
	switch {
	case h.RolledBack && h.From.PID == h.To.PID:
		return to + " took it back: its successor did not acquire it"
	case h.RolledBack:
		return to + " took it back from " + from
	}
	return from + " released it, " + to + " acquired it"
}

// peerText is a process of a hand-off, escaped. The path of the directory stands above it.
func (m *model) peerText(p report.Peer, path string) string {
	if p.Command == "" {
		return strconv.Itoa(p.PID)
	}
	return strconv.Itoa(p.PID) + " " + m.theme.chars.Escape(show.WithoutPath(p.Command, path, m.paths.Base, m.theme.chars.Mark))
}

// exactly is a time of today to the millisecond, which of another day has the date.
func (m *model) exactly(at time.Time) string {
	if at.Format(time.DateOnly) == m.now().Format(time.DateOnly) {
		return at.Format("15:04:05.000")
	}
	return at.Format("2006-01-02 15:04:05")
}
