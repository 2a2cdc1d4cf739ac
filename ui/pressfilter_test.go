package ui

import (
	"strings"
	"testing"

	"lockscope/scan/report/reporttest"
)

// The filter is the table's: esc leaves what is shown instead of it.
func TestFilterIsTheTables(t *testing.T) {
	m, _ := testModel(120, 30, Options{})
	m.take(reporttest.Scanned(reporttest.Fleet(10)))
	m.typed("6")
	for _, key := range []string{"l", "?", "enter"} {
		if text := m.shown(); !strings.Contains(text, "esc shows all") {
			t.Fatalf("the table does not say that it is filtered:\n%s", text)
		}
		m.typed(key)
		if text := m.shown(); strings.Contains(text, "esc shows all") {
			t.Errorf("after %s:\n%s", key, text)
		}
		m.typed("esc")
	}
}

func TestCompletionKey(t *testing.T) {
	m, _ := testModel(120, 30, Options{})
	m.take(reporttest.Scanned(reporttest.Fleet(10)))
	for _, r := range "/state:sta" {
		m.typed(string(r))
	}
	m.typed("tab")
	if got := m.filter.Value(); got != "state:stale" {
		t.Errorf("tab makes it %q", got)
	}
}
