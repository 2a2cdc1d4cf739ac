package observe

import (
	"os"
	"testing"
	"time"

	"lockscope/lock"
	"lockscope/lock/locktest"
	"lockscope/scan/hosttest"
	"lockscope/scan/report"
)

func TestMain(m *testing.M) {
	locktest.Main()
	os.Exit(m.Run())
}

var probes = []Probe{ProbeAuto, ProbeFlock, ProbeNever}

// lookAt looks at a directory: where the verdict asks for it twice, and the second time with a search of
// all processes, and as often as something moved.
func lookAt(t *testing.T, probe Probe, dir string) *report.Report {
	t.Helper()
	d, err := lock.OpenDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	o := New(Config{Probe: probe, Timeout: hosttest.Patience})
	var rest *Rest
	look := func(s *Session, options Options) *report.Report {
		options.WaitForTable, options.Rest = true, rest
		now := s.Observe(d, d.LockFile(), options)
		for rest = now.Rest; now.Evidence.Lock.Err == report.ErrMoving; rest = now.Rest {
			time.Sleep(time.Until(rest.Again))
			options.Rest = rest
			now = o.Begin().Observe(d, d.LockFile(), options)
		}
		return &report.Report{
			Root: dir, Path: dir, Observed: now.At,
			Evidence: now.Evidence, Verdict: report.Classify(&now.Evidence),
		}
	}
	r := look(o.Begin(), Options{})
	if !report.NeedsLook(&r.Evidence, r.Verdict) {
		return r
	}
	known := NewKnown(1)
	known.Add(r.Evidence.LockedFile(), r.Evidence.SharesDevice())
	s := o.Begin()
	return look(s, Options{Previous: &r.Evidence, Search: s.Search(t.Context(), known, []string{d.RealPath()})})
}
