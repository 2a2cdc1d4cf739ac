package ui

import (
	"strings"
	"testing"

	"lockscope/scan/report"
	"lockscope/scan/report/reporttest"
)

func TestNextCommand(t *testing.T) {
	for _, test := range []struct {
		s        reporttest.Dir
		readOnly bool
		want     string
	}{
		{s: reporttest.Troubled[3], want: "sent to the terminal: kill 9377"},
		{s: reporttest.Dir{Path: "a b/it's", State: report.Stale, PID: 9}, want: `sent to the terminal: lockscope --break-stale --max-depth 0 '/srv/tenants/a b/it'\''s'`},
		{s: reporttest.Stale("a"), want: "sent to the terminal: lockscope --break-stale --max-depth 0 /srv/tenants/a"},
		{s: reporttest.Stale("a"), readOnly: true, want: "nothing to copy: to break it is next, and this is read-only"},
		{s: reporttest.Free("a"), want: "nothing to copy: there is nothing to do here"},
		{s: reporttest.Troubled[6], want: "sent to the terminal: ps -o pid,ppid,lstart,args -p 31999"},
		{s: reporttest.Dir{Path: "a", State: report.Mismatch, Checking: true, PID: 1}, want: "nothing to copy: still checking"},
	} {
		o := Options{Break: neverBreak}
		if test.readOnly {
			o.Break = nil
		}
		m, _ := testModel(200, 30, o)
		m.take(reporttest.Scanned(reporttest.Changes(test.s)))
		if cmd := m.typed("Y"); m.notice != test.want || (cmd != nil) != strings.HasPrefix(test.want, "sent") {
			t.Errorf("%s: says %q, want %q", test.s.State, m.notice, test.want)
		}
	}
}
