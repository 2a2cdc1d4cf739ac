package ui

import (
	"fmt"
	"strings"
	"testing"

	"lockscope/scan/report/reporttest"
)

func TestBreakLeavesOthersOut(t *testing.T) {
	m, _ := testModel(80, 24, Options{Break: neverBreak})
	m.take(reporttest.Scanned(reporttest.Fleet(0)))
	m.typed("a", "B")
	if got := len(m.dialog.targets); got != 3 {
		t.Errorf("%d targets, want the 3 stale ones", got)
	}
	if text := m.shown(); !strings.Contains(text, "9 of those selected are not stale and left alone.") {
		t.Errorf("the dialog does not say that others are left out:\n%s", text)
	}
}

func TestBreakVeryMany(t *testing.T) {
	m, _ := testModel(80, 24, Options{Break: neverBreak})
	var many []reporttest.Dir
	for i := range 1000 {
		many = append(many, reporttest.Stale(fmt.Sprintf("t/%04d", i)))
	}
	m.take(reporttest.Scanned(reporttest.Changes(many...)))
	m.typed("a", "B")
	if text := m.shown(); !strings.Contains(text, "t/0000") || !strings.Contains(text, "of 1,000") {
		t.Errorf("the dialog:\n%s", text)
	}
	m.typed("down", "down", "down")
	if text := m.shown(); strings.Contains(text, "t/0002\n") || !strings.Contains(text, "t/0003") {
		t.Errorf("after moving down by three:\n%s", text)
	}
	for range 2000 {
		m.typed("down")
		m.shown()
	}
	if text := m.shown(); !strings.Contains(text, "t/0999") {
		t.Errorf("at the end:\n%s", text)
	}
}
