package print

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"lockscope/lock/proc"
	"lockscope/scan/doctor"
	"lockscope/scan/report"
	"lockscope/ui/golden"
	"lockscope/ui/show"
)

// aDiagnosis has a check of each status, and names from outside that are hostile.
func aDiagnosis() (*doctor.Facts, *doctor.Diagnosis) {
	facts := &doctor.Facts{Kernel: "6.18.5", User: "kv", Roots: []doctor.Root{
		{Path: "/srv/é", Mount: proc.Mount{FSType: "ext4", Point: "/srv"}, Dirs: 3, Established: map[report.Source]int{report.SourceLease: 3}},
		{Path: "/nope\x1b[2J\xff", Err: errors.New("open")},
	}}
	return facts, &doctor.Diagnosis{
		Host: []doctor.Check{
			{Name: "leases", Text: "CAP_LEASE: a lease tells of every lock that is free, and makes no daemon fail"},
			{Name: "mount-namespace", Status: doctor.Limited, Text: "another one", Remedy: "run in the host's", NotClaimed: "anything of what the host has at these paths"},
		},
		Roots: []doctor.RootDiagnosis{
			{Path: "/srv/é", Checks: []doctor.Check{{Name: "root", Text: "ext4, mounted on /srv; 3 data directories in 0.1s"}}},
			{Path: "/nope\x1b[2J\xff", Checks: []doctor.Check{{Name: "root", Status: doctor.Failed, Text: "open /nope\x1b[2J\xff: no such file or directory"}}},
		},
	}
}

func diagnosisText(t *testing.T, f Format, opt Options) string {
	t.Helper()
	var out bytes.Buffer
	opt.Host, opt.Version = "web-07", "v1.4.0"
	facts, d := aDiagnosis()
	if err := Doctor(&out, f, facts, d, opt); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestDoctor(t *testing.T) {
	golden.Check(t, "doctor", diagnosisText(t, Table, Options{}))
	golden.Check(t, "doctor-ascii-40", diagnosisText(t, Table, Options{ASCII: true, Width: 40}))
	golden.Check(t, "doctor-json", diagnosisText(t, JSON, Options{}))
	for _, width := range []int{0, 1, 40, 80, 200} {
		for line := range strings.Lines(diagnosisText(t, Table, Options{Width: width})) {
			if w := show.Width(strings.TrimSuffix(line, "\n")); w > 80 || width >= 40 && w > width {
				t.Errorf("%d cells of %d: %q", w, width, line)
			}
		}
	}
	if text := diagnosisText(t, Table, Options{Color: true}); !strings.Contains(text, show.Problem.Render("failed")+"   root") {
		t.Errorf("%q", text)
	}
	if !json.Valid([]byte(diagnosisText(t, JSON, Options{}))) {
		t.Error("no JSON")
	}
	facts, d := aDiagnosis()
	if err := Doctor(brokenWriter{}, Table, facts, d, Options{}); err == nil {
		t.Error("no error")
	}
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errors.New("broken") }
