package ui

import (
	"errors"
	"strings"
	"testing"
	"time"

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
