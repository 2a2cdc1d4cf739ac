package show

import (
	"errors"
	"strings"
	"testing"
	"time"

	"lockscope/lock"
	"lockscope/scan/report"
	"lockscope/scan/report/reporttest"
)

// styles are how the screen and the printed table write their rows.
func styles() (screen, printed *RowStyle) {
	path := func(r *report.Report) string { return strings.TrimPrefix(r.Path, reporttest.Root+"/") }
	screen = &RowStyle{Chars: NewCharset(false), Path: path, Narrow: true, Command: 10}
	printed = &RowStyle{Chars: Charset{Dash: "-"}, Path: path, Command: 10}
	return screen, printed
}

// line is a row with bars between its cells.
func line(row Cells) string {
	var texts []string
	for _, c := range row {
		texts = append(texts, c.Text)
	}
	return strings.Join(texts, "|")
}

func TestRow(t *testing.T) {
	holders := func(pids ...int) reporttest.Dir {
		d := reporttest.Held("a", pids[0])
		d.Holders = nil
		for _, pid := range pids {
			d.Holders = append(d.Holders, reporttest.Holder(pid, "kvd", time.Hour))
		}
		return d
	}
	long := reporttest.Held("a", 7)
	long.Holders = []report.Holder{reporttest.Holder(7, "kvd\x1b "+strings.Repeat("x", 1000), time.Hour)}
	for _, test := range []struct {
		dir             reporttest.Dir
		screen, printed string
	}{
		{reporttest.Free("a"), "  free|a|–|–||–", "free|a|-|-||-"},
		{reporttest.Stale("a"), "~ stale|a|99|–||1h", "stale|a|99|-||1h"},
		{holders(7), "· held|a|7|7|kvd|1h", "held|a|7|7|kvd|1h"},
		{holders(7, 7, 8), "· held|a|7|7,8|kvd|1h", "held|a|7|7,8|kvd|1h"},
		{holders(1000001, 1000002), "· held|a|1000001|1000001 +1|kvd|1h", "held|a|1000001|1000001,1000002|kvd|1h"},
		{holders(1, 2, 3, 4, 5), "· held|a|1|1 +4|kvd|1h", "held|a|1|1,2,3,+2|kvd|1h"},
		{long, `· held|a|7|7|kvd\x1b ` + strings.Repeat("x", 35) + "|1h", `held|a|7|7|kvd\x1b ` + strings.Repeat("x", 35) + "|1h"},
		{reporttest.Troubled[11], "… checking|us/shard-12/tenant-1202/data|–|777|kvd|1s", "checking|us/shard-12/tenant-1202/data|-|777|kvd|1s"},
	} {
		screen, printed := styles()
		r := test.dir.Report()
		r.Host = "h"
		test.screen, test.printed = strings.Replace(test.screen, "|", "|h|", 1), strings.Replace(test.printed, "|", "|h|", 1)
		if got := line(screen.Row(r, reporttest.Noon)); got != test.screen {
			t.Errorf("%s on the screen: %q, want %q", test.dir.State, got, test.screen)
		}
		if got := line(printed.Row(r, reporttest.Noon)); got != test.printed {
			t.Errorf("%s printed: %q, want %q", test.dir.State, got, test.printed)
		}
	}
}

func TestPidfileCell(t *testing.T) {
	screen, printed := styles()
	for _, test := range []struct {
		pidfile      lock.Pidfile
		narrow, wide string
	}{
		{lock.Pidfile{State: lock.PidfileMissing}, "–", "-"},
		{lock.Pidfile{State: lock.PidfileEmpty}, "empty", "empty"},
		{lock.Pidfile{State: lock.PidfileMalformed}, "garbled", "malformed"},
		{lock.Pidfile{State: lock.PidfileNotRegular}, "no file", "not-regular"},
		{lock.Pidfile{State: lock.PidfileUnreadable}, "?", "?"}, // nobody came to look at it
		{lock.Pidfile{State: lock.PidfileUnreadable, Err: errors.New("EACCES")}, "?", "unreadable"},
	} {
		if narrow, wide := screen.pidfile(&test.pidfile), printed.pidfile(&test.pidfile); narrow != test.narrow || wide != test.wide {
			t.Errorf("%s: %q and %q, want %q and %q", test.pidfile.State, narrow, wide, test.narrow, test.wide)
		}
	}
}

// Colours are a matter of the role alone, and what is healthy is not to be noticed.
func TestRoles(t *testing.T) {
	screen, _ := styles()
	for _, d := range append([]reporttest.Dir{reporttest.Free("a")}, reporttest.Troubled...) {
		r := d.Report()
		row := screen.Row(r, reporttest.Noon)
		c := ClassOf(r)
		if want := c.Role(); row[ColumnState].Role != want {
			t.Errorf("%s has the role %d, want %d", c, row[ColumnState].Role, want)
		}
		if dim := row[ColumnSince].Role == Dim; dim == c.Problem() {
			t.Errorf("%s: the rest of the row is dim: %t", c, dim)
		}
	}
	for r := range RoleCount { // these colours cannot be read on a light or on a dark background
		for _, color := range []string{"33", "36", "34", "37", "30"} {
			if text := r.Render("x"); strings.Contains(text, "["+color+"m") || strings.Contains(text, ";"+color+"m") {
				t.Errorf("role %d: %q", r, text)
			}
		}
	}
	if got, want := Alarm.Render("split"), "\x1b[1;31msplit\x1b[m"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got := Plain.Render("text"); got != "text" {
		t.Errorf("%q has control sequences", got)
	}
}
