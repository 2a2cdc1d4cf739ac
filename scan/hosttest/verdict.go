package hosttest

import (
	"testing"

	"lockscope/scan/report"
)

// WantVerdict checks a report's state, and that these are its reasons.
func WantVerdict(t *testing.T, r *report.Report, state report.State, reasons ...report.Reason) {
	t.Helper()
	want := report.Verdict{State: state}
	for _, reason := range reasons {
		want.Reasons = want.Reasons.With(reason)
	}
	summary, next := r.Explain()
	t.Logf("%s: %v %v: %s => %s", r.Path, r.Verdict.State, r.Verdict.Reasons.List(), summary, next)
	if r.Verdict != want {
		t.Errorf("%s: %v %v, want %v %v\n%+v", r.Path, r.Verdict.State, r.Verdict.Reasons.List(), state, reasons, r.Evidence)
	}
}
