package repair

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lockscope/scan/report"
)

// Outcomes that were there before do not count, and those of a log that took the place of the last one do.
func TestAuditTail(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit.ndjson")
	log := &AuditLog{Path: path}
	append := func(r AuditRecord) {
		t.Helper()
		if err := log.Append(r); err != nil {
			t.Fatal(err)
		}
	}
	outcome := func(o report.Outcome) AuditRecord { return AuditRecord{Phase: "outcome", Outcome: o.String()} }
	append(outcome(report.Failed))
	tail, err := log.Tail()
	if err != nil {
		t.Fatal(err)
	}
	expect := func(want ...report.Outcome) {
		t.Helper()
		if got, err := tail.Next(); err != nil || !slices.Equal(got, want) {
			t.Errorf("got %v, %v, want %v", got, err, want)
		}
	}
	expect()
	append(AuditRecord{Phase: "intent"})
	append(outcome(report.Removed))
	append(AuditRecord{Phase: "outcome", Outcome: "removed", On: "web-02"}) // counts there
	append(outcome(report.Refused))
	expect(report.Removed, report.Refused)
	expect()

	if err := os.Rename(path, path+".1"); err != nil {
		t.Fatal(err)
	}
	expect()
	append(outcome(report.Failed))
	expect(report.Failed)

	// A record that is being written counts once it is whole. What is no record does not stop it.
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	f.WriteString(strings.Repeat("x", tailMost) + "\n" + `{"phase":"outcome",`)
	expect()
	expect()
	f.WriteString(`"outcome":"removed"}` + "\n")
	expect(report.Removed)

	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(path+".1", path); err != nil {
		t.Fatal(err)
	}
	if got, err := tail.Next(); err == nil {
		t.Errorf("through a link: %v", got)
	}
}
