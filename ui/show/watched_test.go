package show

import (
	"strings"
	"testing"

	"lockscope/scan/report"
)

// Each reason has its words.
func TestWatched(t *testing.T) {
	w := &report.Watched{Dirs: 12396, Passed: 310, Processes: 2, Polled: map[report.PolledBecause]int{}}
	if got := Watched(w); len(got) != 1 || !strings.HasPrefix(got[0], "12,396 data directories") {
		t.Errorf("%q", got)
	}
	for why := report.PolledByRequest; why <= report.PolledFailed; why++ {
		w.Polled[why] = 3
		if why.Why() == "" {
			t.Errorf("no words for %s", why)
		}
	}
	if got := Watched(w); len(got) != 1+len(w.Polled) || strings.Contains(strings.Join(got, ""), ": .") {
		t.Errorf("%q", got)
	}
	if Watched(nil) != nil {
		t.Error("something of nothing")
	}
}
