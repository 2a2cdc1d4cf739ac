package ui

import (
	"cmp"
	"slices"

	tea "charm.land/bubbletea/v2"

	"lockscope/lock"
	"lockscope/scan/report"
	"lockscope/ui/list"
	"lockscope/ui/show"
)

// dialog asks whether to break, and then says what came of it. Its targets are the reports that
// were in sight when it opened. No refresh changes which they are, or what is checked: nothing is
// broken that the user has not seen.
type dialog struct {
	targets []target
	longest *report.Report // the target of which most is to be said; nothing is asked where that cannot be read
	skipped int            // how many of the directories that it was asked for are not stale
	lost    int            // how many are, on hosts that are lost
	group   bool           // these are those of a group, not the selected ones
	accept  bool           // the Break button has the focus, not Cancel; with one target
	typed   string         // what was typed of the count so far; with several
	phase   phase
	stop    bool // try no further ones
	top     int  // index of the first target in sight; while one target is asked about, of the first line
}

// phase is what a dialog has come to.
type phase uint8

const (
	phaseConfirm phase = iota // it asks
	phaseBreak                // the targets are tried, one after the other
	phaseResult               // it tells what came of them
)

// target is a directory to break, and what came of it.
type target struct {
	seen     *report.Report
	kind     targetKind
	apart    int            // where its path, as it is shown, differs from those that look like it
	foreseen report.Attempt // what a break would come to, once that is found out
	result   report.Attempt // what it came to, once it was tried
}

// targetKind is why a directory is stale, what is least usual first: a process that lives has the
// number in the pidfile, or the pidfile is not what a daemon writes.
type targetKind uint8

const (
	kindUnrelated targetKind = iota
	kindReused
	kindMalformed
	kindLeftover // of an acquire that did not come to its end
	kindGone
	kindCount
)

var kindWords = [kindCount]string{"unrelated", "reused", "malformed", "leftover only", "gone"}

// kindOf is why a stale directory is stale.
func kindOf(r *report.Report) targetKind {
	switch e := &r.Evidence; {
	case e.Process == lock.ProcessUnrelated:
		return kindUnrelated
	case e.Process == lock.ProcessReused:
		return kindReused
	case e.Pidfile.State == lock.PidfileMissing:
		return kindLeftover
	case e.Pidfile.State != lock.PidfileNamed:
		return kindMalformed
	}
	return kindGone
}

// newDialog asks about the stale ones of rows, the unusual first.
func (m *model) newDialog(rows []*list.Row) *dialog {
	d := &dialog{}
	for _, r := range rows {
		switch {
		case !r.Report.Breakable() || r.Gone:
			d.skipped++
		case m.lostHost(r.Report) != nil:
			d.lost++
		default:
			d.targets = append(d.targets, target{seen: r.Report, kind: kindOf(r.Report)})
		}
	}
	keys := m.list.Keys()   // one target must not be taken for any other directory
	if len(d.targets) > 1 { // nor several for each other
		keys = keys[:0]
		for i := range d.targets {
			keys = append(keys, d.targets[i].seen.Key())
		}
		slices.Sort(keys)
	}
	for i := range d.targets {
		t := &d.targets[i]
		at, found := slices.BinarySearch(keys, t.seen.Key())
		if !found { // a row that is not shown any more
			continue
		}
		beside := list.Beside(keys, at)
		for j := range beside {
			beside[j] = m.theme.chars.Escape(beside[j])
		}
		t.apart = show.Apart(m.theme.chars.Escape(t.seen.Key()), beside...)
	}
	slices.SortStableFunc(d.targets, func(a, b target) int { return cmp.Compare(a.kind, b.kind) })
	most := -1
	for i := range d.targets {
		if n := len(show.Removes(m.opts.Names, d.targets[i].seen, maxRemoved)); n > most {
			most, d.longest = n, d.targets[i].seen
		}
	}
	return d
}

// kinds counts the targets by kind.
func (d *dialog) kinds() (counts [kindCount]int) {
	for i := range d.targets {
		counts[d.targets[i].kind]++
	}
	return counts
}

// tried lists the keys of the targets that were tried.
func (d *dialog) tried() []string {
	var keys []string
	for i := range d.targets {
		if d.targets[i].result.Outcome != report.NotTried {
			keys = append(keys, d.targets[i].seen.Key())
		}
	}
	return keys
}

// brokenMsg is what came of one target.
type brokenMsg struct {
	target int
	result report.Attempt
}

// openDialog opens the dialog for the selected directories that are stale, or without a selection
// for the one under the cursor. Where there is nothing to break, or no room to tell what would be
// broken, it says so instead.
func (m *model) openDialog() tea.Cmd {
	rows, group := m.list.Selection(), false
	if len(rows) == 0 {
		rows, group = m.list.Acted(), true
		if r := m.list.Directory(); r != nil {
			if why := m.whyNoBreak(r); why != "" {
				m.notice = "break " + why
				return nil
			}
		}
	}
	d := m.newDialog(rows)
	d.group = group
	if len(d.targets) == 0 {
		m.notice = "break not offered: " + d.noneStale()
		return nil
	}
	m.dialog, m.mode = d, modeDialog
	if !m.dialogFits() {
		m.notice = m.dialogTooSmall()
		m.closeDialog()
		return nil
	}
	return m.checkFrom(0)
}

// noneStale says of which directories none is stale.
func (d *dialog) noneStale() string {
	switch of := show.Count(d.skipped); {
	case d.lost > 0:
		return "what is stale is on a host that is lost"
	case d.skipped == 0:
		return "there is no directory"
	case d.group:
		return "none of the " + of + " in the group is stale"
	case d.skipped == 1:
		return "the one that is selected is not stale"
	default:
		return "none of the " + of + " selected is stale"
	}
}

func (m *model) closeDialog() { m.dialog, m.mode = nil, modeTable }

// breakNext breaks target i in a command. One such command is under way at a time.
func (m *model) breakNext(i int) tea.Cmd {
	m.dialog.phase = phaseBreak
	seen, doBreak, wait := m.dialog.targets[i].seen, m.opts.Break, m.breaks
	wait.Add(1)
	return func() tea.Msg {
		defer wait.Done()
		return brokenMsg{i, doBreak(seen)}
	}
}

// broken takes in what came of a target, and goes on to the next.
func (m *model) broken(msg brokenMsg) tea.Cmd {
	d := m.dialog
	t := &d.targets[msg.target]
	t.result = msg.result
	if t.result.Outcome == report.Removed {
		m.list.Deselect(t.seen.Key())
	}
	m.log.AddAttempt(m.now(), t.seen.Key(), msg.result)
	if next := msg.target + 1; next < len(d.targets) && !d.stop {
		d.top = msg.target
		return m.breakNext(next)
	}
	m.opts.Source.Observe(d.tried()...)
	d.phase, d.top = phaseResult, 0
	slices.SortStableFunc(d.targets, func(a, b target) int { return cmp.Compare(rank(a.result.Outcome), rank(b.result.Outcome)) })
	return nil
}

// outcomeOrder is the order in which the results are to be read.
var outcomeOrder = []report.Outcome{report.Failed, report.Refused, report.Removed, report.NotTried}

func rank(o report.Outcome) int { return slices.Index(outcomeOrder, o) }
