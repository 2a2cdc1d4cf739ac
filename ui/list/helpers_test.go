package list

import (
	"strings"

	"lockscope/scan/report"
	"lockscope/scan/report/reporttest"
	"lockscope/ui/show"
)

func newList() *List {
	chars := show.NewCharset(false)
	return New(show.NewPaths([]string{reporttest.Root}, &chars))
}

func newRow(d reporttest.Dir) *Row {
	r := &Row{}
	r.set(d.Report())
	return r
}

// applied takes changes and shows them.
func (l *List) applied(changes []report.Change, gone []string) {
	l.Take(&report.Update{Changes: changes, Gone: gone}, reporttest.Noon)
	l.Settle()
}

// at is a row's path below the root.
func at(r *Row) string {
	if r == nil {
		return "nothing"
	}
	return r.Report.Path[len(reporttest.Root)+1:]
}

// listed is what is shown: directories, and the keys of groups with a slash.
func listed(l *List) string {
	var out []string
	for _, r := range l.shown {
		switch {
		case r.Group == nil:
			out = append(out, at(r))
		case r.Group.Key == "":
			out = append(out, "./")
		default:
			out = append(out, r.Group.Key+"/")
		}
	}
	return strings.Join(out, " ")
}
