package ui

import (
	"slices"
	"strings"
	"testing"
	"time"

	"lockscope/scan/report/reporttest"
)

func TestIntervalKeys(t *testing.T) {
	m, source := testModel(120, 30, Options{})
	m.take(reporttest.Scanned(reporttest.Fleet(10)))
	m.typed("+", "+", "-", "-")
	want := []time.Duration{5 * time.Second, 10 * time.Second, 5 * time.Second, 2 * time.Second}
	if !slices.Equal(source.interval, want) {
		t.Errorf("asked for %v, want %v", source.interval, want)
	}
	if want := "looks every 2s"; m.notice != want {
		t.Errorf("%q, want %q", m.notice, want)
	}
	if !strings.Contains(m.shown(), "every 2s ● live") {
		t.Errorf("the header:\n%s", m.shown())
	}
	m.typed("r", "R")
	if len(source.observed) != 1 || source.walked != 1 {
		t.Errorf("r and R asked for %d looks and %d walks", len(source.observed), source.walked)
	}
}
