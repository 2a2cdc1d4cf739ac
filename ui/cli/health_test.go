package cli

import (
	"net/http/httptest"
	"testing"
	"time"

	"lockscope/scan/report"
)

// A scan is healthy from the end of its first pass on, as long as it looks.
func TestHealth(t *testing.T) {
	start := time.Now()
	h := newHealth(2*time.Second, 5*time.Second, start)
	at := func(seconds int) time.Time { return start.Add(time.Duration(seconds) * time.Second) }
	expect := func(seconds int, want string) {
		t.Helper()
		got := ""
		if err := h.check(at(seconds)); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("after %ds: %q, want %q", seconds, got, want)
		}
	}
	walking := func(visited int) report.Update {
		return report.Update{Progress: report.Progress{Walking: true, Visited: visited}}
	}
	expect(1, "the first pass is not over yet")
	expect(12, "it has not looked for 12s, at an interval of 2s")
	h.update(walking(10), at(20)) // a walk may take long
	expect(31, "the first pass is not over yet")
	h.update(walking(10), at(31)) // and does not get on
	expect(32, "it has not looked for 12s, at an interval of 2s")
	h.update(report.Update{Summary: &report.Summary{}}, at(40))
	expect(51, "")
	expect(52, "it has not looked for 12s, at an interval of 2s")
	h.update(report.Update{Interval: time.Minute}, at(52)) // it polls more rarely, since that takes long
	expect(60, "")
	expect(40+3*60+6, "it has not looked for 3m6s, at an interval of 1m0s")
}

// Whoever watches from another host hears for how long a scan stands still: not where it is slow, and not where it looks
// on request alone.
func TestHealthStalled(t *testing.T) {
	start := time.Now()
	h := newHealth(2*time.Second, 5*time.Second, start)
	at := func(seconds int) time.Time { return start.Add(time.Duration(seconds) * time.Second) }
	expect := func(seconds, want int) {
		t.Helper()
		if got := h.stalled(at(seconds)); got != time.Duration(want)*time.Second {
			t.Errorf("after %ds: %v, want %ds", seconds, got, want)
		}
	}
	passed := func(took int) report.Update {
		return report.Update{Summary: &report.Summary{Duration: time.Duration(took) * time.Second}}
	}
	expect(60, 0)
	expect(61, 61) // the first pass gets nowhere
	h.update(passed(30), at(100))
	expect(195, 0) // the next may take as long
	expect(196, 96)
	h.update(passed(1), at(200))
	h.setInterval(0, at(201))
	expect(1000, 0)
	h.setInterval(time.Second, at(1000))
	expect(1060, 0)
	expect(1061, 61)
	h.setInterval(time.Minute, at(1061))
	expect(1000+3*60+5, 0)
	expect(1000+3*60+6, 3*60+6)
}

func TestHealthAnswer(t *testing.T) {
	h := newHealth(time.Hour, time.Hour, time.Now())
	for _, want := range []struct {
		status int
		body   string
	}{{503, "the first pass is not over yet\n"}, {200, "ok\n"}} {
		answer := httptest.NewRecorder()
		h.ServeHTTP(answer, httptest.NewRequest("GET", "/healthz", nil))
		if answer.Code != want.status || answer.Body.String() != want.body {
			t.Errorf("status %d, %q, want %+v", answer.Code, answer.Body, want)
		}
		h.update(report.Update{Summary: &report.Summary{}}, time.Now())
	}
}
