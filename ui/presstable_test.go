package ui

import (
	"strings"
	"testing"

	"lockscope/scan/report/reporttest"
)

func TestStateKeys(t *testing.T) {
	m, _ := testModel(120, 30, Options{})
	m.take(reporttest.Scanned(reporttest.Fleet(10)))
	for _, step := range []struct{ key, want string }{
		{"1", "split"}, {"6", "split stale"}, {"1", "stale"}, {"6", ""}, {"9", "free"}, {"!", "split unguarded orphaned mismatch unnamed stale unknown"},
		{"2", "unguarded"}, {"!", "split unguarded orphaned mismatch unnamed stale unknown"}, {"!", ""}, {"8", "held"}, {"0", ""},
	} {
		m.typed(step.key)
		var got []string
		for _, c := range m.list.Classes().List() {
			got = append(got, c.String())
		}
		if strings.Join(got, " ") != step.want {
			t.Errorf("after %s: %s, want %s", step.key, got, step.want)
		}
	}
}

func TestNoActionOnGroup(t *testing.T) {
	m, source := testModel(120, 30, Options{Break: neverBreak})
	m.take(reporttest.Scanned(reporttest.Fleet(100)))
	m.typed("t", "B", "y", "Y")
	if m.mode == modeDialog || m.notice != "" || len(source.observed) > 0 {
		t.Errorf("a key for directories did something to a group: mode %d, %q", m.mode, m.notice)
	}
	m.typed("enter")
	if r := m.list.Current(); r.Group == nil || !r.Group.Folded {
		t.Error("enter does not fold a group")
	}
}
