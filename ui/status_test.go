package ui

import (
	"errors"
	"strings"
	"testing"
	"time"

	"lockscope/scan/report"
	"lockscope/scan/report/reporttest"
)

func TestSilence(t *testing.T) {
	m, _ := testModel(120, 30, Options{})
	m.take(reporttest.Scanned(reporttest.Fleet(10)))
	m.now = func() time.Time { return reporttest.Noon.Add(time.Minute) }
	if !strings.Contains(m.shown(), "no answer for 1m") {
		t.Errorf("says it is live:\n%s", m.shown())
	}
	m.Update(endedMsg{errors.New("no more")})
	if !strings.Contains(m.shown(), "stopped") {
		t.Errorf("says it is live:\n%s", m.shown())
	}
}

// Where looks are rare, it says when the last one was.
func TestLastLook(t *testing.T) {
	for _, width := range []int{200, 120, 80} {
		m, _ := testModel(width, 30, Options{})
		m.take(reporttest.Scanned(reporttest.Fleet(10)))
		if strings.Contains(m.shown(), "last look") {
			t.Errorf("every 2s says when the last look was:\n%s", m.shown())
		}
		m.scan.wanted = 5 * time.Minute
		u := reporttest.Scanned(nil)
		u.Interval = 5 * time.Minute
		m.take(u)
		m.now = func() time.Time { return reporttest.Noon.Add(time.Minute) }
		m.take(report.Update{}) // no look at everything
		if !strings.Contains(m.shown(), "last look 16:06:00") {
			t.Errorf("does not say when it last looked:\n%s", m.shown())
		}
	}
}
