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
