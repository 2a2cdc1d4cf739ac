package scan

import (
	"fmt"
	"testing"

	"lockscope/lock"
	"lockscope/scan/hosttest"
	"lockscope/scan/report"
)

// walked is a round that has walked a root with so many directories, whose locks are free.
func walked(t *testing.T, dirs int) (m *Monitor, r *round) {
	t.Helper()
	root := hosttest.TempDir(t)
	for i := range dirs {
		hosttest.MakeData(t, fmt.Sprintf("%s/%04d", root, i))
	}
	m = New(inFull(Config{Roots: []string{root}}))
	t.Cleanup(m.begin(func(report.Update) {}))
	r = m.newRound(batch{walk: true, all: true})
	if err := r.lookAtBatch(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := len(m.records.byPath); n != dirs {
		t.Fatalf("%d records of %d directories", n, dirs)
	}
	return m, r
}

// A round looks at all directories, also where more of them are known than wait in the pool at a time.
func TestLooksAtMoreThanAtATime(t *testing.T) {
	m, _ := walked(t, 2*looksAtATime+10)
	for rec := range m.records.all() {
		hosttest.WriteFile(t, rec.path+"/"+lock.DefaultNames.Pidfile, hosttest.DeadPID)
	}
	if err := m.newRound(batch{all: true}).lookAtBatch(t.Context()); err != nil {
		t.Fatal(err)
	}
	for rec := range m.records.all() {
		if state := rec.report.Verdict.State; state != report.Stale {
			t.Errorf("%s is %v: nobody looked", rec.path, state)
		}
	}
}

// A feed that is given up gives up all that it has not added yet, and leaves out what was removed meanwhile.
func TestFeedIsGivenUp(t *testing.T) {
	m, r := walked(t, 3)
	feed := &lookFeed{round: r}
	for rec := range m.records.all() {
		feed.records = append(feed.records, rec)
	}
	m.remove(feed.records[0].path)
	feed.GiveUp()
	for i, rec := range feed.records {
		if isGivenUp := rec.report.Evidence.Err != nil; isGivenUp != (i > 0) {
			t.Errorf("%s: %v", rec.path, rec.report.Evidence.Err)
		}
	}
	if n := len(m.records.byPath); n != 2 {
		t.Errorf("%d records are left", n)
	}
}
