package ui

import (
	"strings"
	"testing"
	"time"

	"lockscope/lock"
	"lockscope/scan/report"
	"lockscope/scan/report/reporttest"
	"lockscope/ui/list"
	"lockscope/ui/show"
)

// What awaits its second look is called so, and nobody is told what to do about it.
func TestNoAdviceWhileChecking(t *testing.T) {
	for _, s := range reporttest.Troubled {
		s.Checking = true
		r := s.Report()
		summary, next := r.Explain()
		for _, keys := range []string{"", "enter"} {
			m, _ := testModel(140, 40, Options{Break: neverBreak})
			m.take(report.Update{Changes: reporttest.Changes(s)})
			m.typed(strings.Fields(keys)...)
			text := strings.Join(strings.Fields(m.shown()), " ")
			if !strings.Contains(text, "checking") || !strings.Contains(text, "Still checking: ") {
				t.Errorf("%s: does not say that it is being checked:\n%s", s.State, m.shown())
			}
			for _, claim := range []string{summary, next, " next ", "reasons"} {
				if claim != "" && strings.Contains(text, claim) {
					t.Errorf("%s: says %q:\n%s", s.State, claim, m.shown())
				}
			}
		}
		m, _ := testModel(120, 40, Options{Break: neverBreak})
		m.take(reporttest.Scanned(reporttest.Changes(s)))
		if cmd := m.typed("Y"); cmd != nil || m.notice != "nothing to copy: still checking" {
			t.Errorf("%s: Y says %q", s.State, m.notice)
		}
		if m.typed("B"); m.mode == asking {
			t.Errorf("%s: B asks", s.State)
		}
	}
}

// Where it is not known since when, there is a dash, and it comes last.
func TestSinceNotKnown(t *testing.T) {
	old := reporttest.Stale("old")
	old.Written = time.Hour
	fresh := reporttest.Stale("fresh")
	fresh.Written = time.Minute
	for _, ascii := range []bool{false, true} {
		m, _ := testModel(120, 30, Options{ASCII: ascii})
		m.take(reporttest.Scanned(reporttest.Changes(reporttest.Free("0"), old, fresh)))
		m.sort(list.Order{Column: show.ColumnSince})
		for _, want := range []string{"fresh old 0", "old fresh 0"} {
			var got []string
			for _, r := range m.list.Matched() {
				got = append(got, at(r))
			}
			if strings.Join(got, " ") != want {
				t.Errorf("sorted %v: %v, want %s", m.list.Order(), got, want)
			}
			m.sort(list.Order{Column: show.ColumnSince, Reverse: true})
		}
		dash := " –"
		if ascii {
			dash = " -"
		}
		for line := range strings.Lines(m.shown()) {
			if strings.Contains(line, " free  ") && strings.Contains(line, " 0 ") && strings.Count(line, dash) != 3 { // PIDFILE, HOLDER, SINCE
				t.Errorf("no dash: %q", line)
			}
		}
	}
}

// The time of a file that nobody can have written then is shown, and is no age.
func TestPidfileOfAnotherTime(t *testing.T) {
	started := 10 * time.Second
	for _, test := range []struct {
		written time.Time
		says    string
	}{
		{reporttest.Noon.Add(-started), "10s ago"},
		{reporttest.Noon.Add(time.Second), "0s ago"},
		{time.Unix(60, 0), "written 1970-01-01 00:01:00 · before its process started"},
		{reporttest.Noon.AddDate(11, 0, 0), "written 2037-11-22 16:06:00 · a time that is yet to come"},
	} {
		s := reporttest.Held("a", 7)
		s.Holders = []report.Holder{reporttest.Holder(7, "kvd", started)}
		s.Process = lock.ProcessAlive
		s.Written = reporttest.Noon.Sub(test.written)
		m, _ := testModel(120, 30, Options{})
		m.take(reporttest.Scanned(reporttest.Changes(s)))
		if text := m.shown(); !strings.Contains(text, test.says) {
			t.Errorf("%v: want %q:\n%s", test.written, test.says, text)
		}
	}
}
