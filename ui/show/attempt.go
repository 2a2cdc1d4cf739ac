package show

import (
	"strings"

	"lockscope/scan/report"
)

// OutcomeWord is the screen's word for what an attempt came to. Nothing was damaged where a stale lock
// was broken: what was left behind was cleared away.
func OutcomeWord(o report.Outcome) string {
	switch o {
	case report.Removed:
		return "cleared"
	case report.Refused:
		return "left as it was"
	}
	return strings.ReplaceAll(o.String(), "-", " ")
}

// AttemptText says what was removed or would be, and why not, or not more. It is escaped.
func AttemptText(a *report.Attempt) string {
	files := "removed " + escapeList(a.Files)
	switch {
	case a.Outcome == report.Removed:
		return files
	case a.Outcome == report.WouldRemove:
		return "would remove " + escapeList(a.Files)
	case a.Outcome == report.WouldBeRefused:
		return "would be refused: " + report.Escape(a.Why())
	case len(a.Files) > 0:
		return files + ", but: " + report.Escape(a.Why())
	}
	return report.Escape(a.Why())
}

func escapeList(names []string) string {
	out := make([]string, len(names))
	for i, name := range names {
		out[i] = report.Escape(name)
	}
	return strings.Join(out, ", ")
}
