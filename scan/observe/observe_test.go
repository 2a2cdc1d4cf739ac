package observe

import (
	"os"
	"path/filepath"
	"testing"

	"lockscope/lock"
	"lockscope/scan/hosttest"
	"lockscope/scan/report"
)

// A pidfile that may not be read is the same at each look all the same: its
// directory does not change, and there is no need to probe it again and again.
func TestUnreadablePidfileStands(t *testing.T) {
	hosttest.NeedRoot(t, "become somebody else")
	dir := os.Getenv(hosttest.Elsewhere)
	if dir == "" {
		dir = hosttest.OpenDir(t)
		hosttest.MakeData(t, filepath.Join(dir, "kv"))
		if err := os.WriteFile(filepath.Join(dir, "kv", lock.DefaultNames.Pidfile), []byte("1\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if !hosttest.Again(t, dir, hosttest.AsNobody) {
		return
	}
	r := lookAt(t, ProbeAuto, filepath.Join(dir, "kv"))
	if r.Verdict.State != report.Unknown || r.Evidence.Changing {
		t.Errorf("%s %v: %+v", r.Verdict.State, r.Verdict.Reasons.List(), r.Evidence)
	}
}
