package ui

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"lockscope/scan/report"
	"lockscope/scan/report/reporttest"
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
			screen := m.screen()
			text := ansi.Strip(strings.Join(strings.Fields(strings.Join(screen[:len(screen)-1], " ")), " ")) // without the foot
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
		if m.typed("B"); m.mode == modeDialog {
			t.Errorf("%s: B asks", s.State)
		}
	}
}
