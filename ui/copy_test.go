package ui

import (
	"strings"
	"testing"

	"lockscope/scan/report"
)

func TestNextCommand(t *testing.T) {
	for _, test := range []struct {
		s        sample
		readOnly bool
		want     string
	}{
		{s: troubled[3], want: "sent to the terminal: kill 9377"},
		{s: sample{path: "a b/it's", state: report.Stale, pid: 9}, want: `sent to the terminal: lockscope --break-stale --max-depth 0 '/srv/tenants/a b/it'\''s'`},
		{s: stale("a"), want: "sent to the terminal: lockscope --break-stale --max-depth 0 /srv/tenants/a"},
		{s: stale("a"), readOnly: true, want: "nothing to copy: to break it is next, and this is read-only"},
		{s: free("a"), want: "nothing to copy: there is nothing to do here"},
		{s: troubled[6], want: "sent to the terminal: ps -o pid,ppid,lstart,args -p 31999"},
		{s: sample{path: "a", state: report.Mismatch, checking: true, pid: 1}, want: "nothing to copy: still checking"},
	} {
		o := Options{Break: neverBreak}
		if test.readOnly {
			o.Break = nil
		}
		m, _ := testModel(200, 30, o)
		m.take(scanned(changes(test.s)))
		if cmd := m.typed("Y"); m.notice != test.want || (cmd != nil) != strings.HasPrefix(test.want, "sent") {
			t.Errorf("%s: says %q, want %q", test.s.state, m.notice, test.want)
		}
	}
}
