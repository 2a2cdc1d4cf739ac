package ui

import (
	"strings"
	"testing"
	"time"

	"lockscope/scan/report"
	"lockscope/scan/report/reporttest"
)

func TestNextCommand(t *testing.T) {
	for _, test := range []struct {
		s        reporttest.Dir
		readOnly bool
		want     string
	}{
		{s: reporttest.Troubled[3], want: "kill 9377 · Y again sends it"},
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

// What kills is shown before it is sent, and what was shown is what is sent.
func TestKillIsShownFirst(t *testing.T) {
	m, _ := testModel(80, 24, Options{})
	m.take(reporttest.Scanned(reporttest.Changes(reporttest.Troubled[3], reporttest.Troubled[4]))) // 9377, 9378
	sent := func(keys ...string) string {
		if cmd := m.typed(keys...); cmd != nil {
			return m.notice
		}
		return ""
	}
	if got := sent("Y"); got != "" {
		t.Errorf("at once, %q", got)
	}
	if got := sent("Y"); got != "sent to the terminal: kill 9377" {
		t.Errorf("asked twice, %q", got)
	}
	if got := sent("j", "Y"); got != "" || m.notice != "kill 9378 · Y again sends it" {
		t.Errorf("of another directory, %q, says %q", got, m.notice)
	}
	if got := sent("k", "Y"); got != "" {
		t.Errorf("with a key in between, %q", got)
	}
	other := reporttest.Troubled[3]
	other.Holders = []report.Holder{reporttest.Inherited(reporttest.Holder(9399, "logrotate", time.Hour))}
	m.take(reporttest.Scanned(reporttest.Changes(other)))
	if got := sent("Y"); got != "" || m.notice != "kill 9399 · Y again sends it" {
		t.Errorf("of another process, %q, says %q", got, m.notice)
	}
}

// What there is no room to show is not sent.
func TestKillIsShownWhole(t *testing.T) {
	m, _ := testModel(40, 12, Options{})
	many := reporttest.Troubled[3]
	many.Holders = nil
	for i := range 8 {
		many.Holders = append(many.Holders, reporttest.Inherited(reporttest.Holder(1234501+i, "logrotate", time.Hour)))
	}
	m.take(reporttest.Scanned(reporttest.Changes(many)))
	if cmd := m.typed("Y", "Y"); cmd != nil || !strings.Contains(m.notice, "too long to show here") {
		t.Errorf("says %q", m.notice)
	}
	if cmd := m.typed("enter", "Y", "Y"); cmd == nil || !strings.Contains(m.notice, "sent to the terminal: kill 1234501 ") {
		t.Errorf("in the detail it says %q", m.notice)
	}
}
