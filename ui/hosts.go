package ui

import (
	"regexp"
	"strconv"
	"time"

	"lockscope/scan/report"
	"lockscope/ui/list"
	"lockscope/ui/show"
)

// hostWidth is the width of HOST, 0 where this host alone is watched.
func (m *model) hostWidth() int {
	w := 0
	for _, name := range m.opts.Hosts {
		w = max(w, show.Width(m.theme.chars.Escape(name)))
	}
	return w
}

// pathOf is what a key stands for, escaped: the path as the table shows it, behind the host if that is another one.
// Of a host itself it is the name.
func (m *model) pathOf(key string) string {
	host, path := report.SplitKey(key)
	switch {
	case host == "":
		return m.paths.Of(path)
	case path == "":
		return m.theme.chars.Escape(host)
	}
	return m.theme.chars.Escape(host) + ":" + m.paths.Of(path)
}

// holderQuery is the filter for the directories of a process.
func holderQuery(h *list.Holder) string {
	text := "pid:" + strconv.Itoa(h.PID)
	if h.Host != "" { // the name of another host may have it in it
		text += " host:~^" + regexp.QuoteMeta(h.Host) + "$"
	}
	return text
}

// lostHost is the report on the host of a directory, if that is lost: then what is shown of the directory is as
// of that report. It is nil for the host itself.
func (m *model) lostHost(r *report.Report) *report.Report {
	if r.Host == "" || r.IsHost() {
		return nil
	}
	return m.list.Latest(r.Host)
}

// whyNoBreak says why no stale-break is offered of a row, "" where one is.
func (m *model) whyNoBreak(r *list.Row) string {
	why := show.WhyNoBreak(r.Report, m.opts.Break == nil)
	switch {
	case r.Gone:
		return "not offered: the directory is gone"
	case why == "" && m.lostHost(r.Report) != nil:
		return "not offered: its host, " + m.theme.chars.Escape(r.Report.Host) + ", is lost"
	}
	return why
}

// markLost makes a row look as old as it is: grey, and with the time of day that it is as of.
func (m *model) markLost(r *report.Report, row *show.Cells) {
	lost := m.lostHost(r)
	if lost == nil {
		return
	}
	for i := range row {
		row[i].Role = show.Dim
	}
	row[show.ColumnSince].Text = lost.Since.At.Local().Format("15:04")
}

// lostFact says that a directory is shown as it was, "" if it is not.
func (m *model) lostFact(r *report.Report) string {
	lost := m.lostHost(r)
	if lost == nil {
		return ""
	}
	summary, _ := lost.Explain()
	return lost.Since.At.Local().Format(time.TimeOnly) + " " + m.theme.chars.Dot + " " + summary
}
