package scan

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"lockscope/lock"
	"lockscope/lock/proc"
	"lockscope/scan/notify"
	"lockscope/scan/report"
)

// dirID is the identity of a directory, by its inode number.
func dirID(ino uint64) lock.FileID { return lock.FileID{Dev: 1, Ino: ino} }

// addFree adds a directory whose verdict stands: it is free. Its inode number is its lock file's too.
func addFree(rs *records, path string, ino uint64) *record {
	return addFound(rs, path, ino, report.Free)
}

func addFound(rs *records, path string, ino uint64, state report.State) *record {
	r := rs.add(path)
	r.report = &report.Report{Root: "/srv", Path: path, Verdict: report.Verdict{State: state}}
	r.report.Evidence.Dir, r.report.Evidence.Device = dirID(ino), 1
	r.report.Evidence.Lock.ID = dirID(ino)
	return r
}

func paths(rs *records) (paths []string) {
	for r := range rs.all() {
		paths = append(paths, r.path)
	}
	return paths
}

// Records are found by their paths, and yielded in the order in which they were added.
func TestRecords(t *testing.T) {
	var rs records
	if rs.find("/srv/a") != nil || rs.remove("/srv/a") != nil {
		t.Error("there is one")
	}
	b, a, c := addFree(&rs, "/srv/b", 2), addFree(&rs, "/srv/a", 1), addFree(&rs, "/srv/c", 3)
	if got, want := paths(&rs), []string{"/srv/b", "/srv/a", "/srv/c"}; !slices.Equal(got, want) || rs.find("/srv/a") != a {
		t.Errorf("%q, want %q", got, want)
	}
	if got := rs.remove("/srv/a"); got != a || !a.gone || rs.find("/srv/a") != nil || b.gone || c.gone {
		t.Errorf("removed %+v, want %+v", got, a)
	}
	addFree(&rs, "/srv/a", 1)
	if got, want := paths(&rs), []string{"/srv/b", "/srv/c", "/srv/a"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// Directories that come and go leave nothing behind.
func TestRecordsComeAndGo(t *testing.T) {
	var rs records
	addFree(&rs, "/srv/stays", 1)
	for i := range 1000 {
		path := fmt.Sprint("/srv/", i)
		addFree(&rs, path, 2)
		rs.remove(path)
	}
	addFree(&rs, "/srv/last", 3)
	if len(rs.order) > 30 || len(rs.byPath) != 2 {
		t.Errorf("%d and %d are kept of 2", len(rs.order), len(rs.byPath))
	}
	if got, want := paths(&rs), []string{"/srv/stays", "/srv/last"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// wantSummary checks what the directories are counted as.
func wantSummary(t *testing.T, rs *records, dirs, checking int, states map[report.State]int) {
	t.Helper()
	if s := rs.summarize(); s.Dirs != dirs || s.Checking != checking || !maps.Equal(s.States, states) {
		t.Errorf("%d directories, %d checking, %v; want %d, %d, %v", s.Dirs, s.Checking, s.States, dirs, checking, states)
	}
}

func TestSummarize(t *testing.T) {
	var rs records
	wantSummary(t, &rs, 0, 0, map[report.State]int{})
	addFree(&rs, "/srv/a", 1)
	addFound(&rs, "/srv/b", 2, report.Held)
	addFree(&rs, "/srv/c", 3)
	addFound(&rs, "/srv/d", 4, report.Unnamed).report.Checking = true
	wantSummary(t, &rs, 4, 1, map[report.State]int{report.Free: 2, report.Held: 1})
	rs.remove("/srv/a")
	wantSummary(t, &rs, 3, 1, map[report.State]int{report.Free: 1, report.Held: 1})
	rec := rs.find("/srv/b")
	before := rec.report
	rec.report = &report.Report{Verdict: report.Verdict{State: report.Stale}}
	rs.noteReport(before, rec.report)
	wantSummary(t, &rs, 3, 1, map[report.State]int{report.Free: 1, report.Stale: 1})
}

// A directory whose verdict stands is counted, and its record goes. What has to be looked at again is kept.
func TestCount(t *testing.T) {
	var rs records
	rs.count(addFree(&rs, "/srv/a", 1))
	rs.count(addFound(&rs, "/srv/b", 2, report.Stale))
	awaits := addFound(&rs, "/srv/c", 3, report.Unnamed)
	awaits.report.Checking = true
	rs.count(awaits)
	rs.count(addFree(&rs, "/srv/no-lock-file", 0)) // by which it would be recognized
	if got, want := paths(&rs), []string{"/srv/c", "/srv/no-lock-file"}; !slices.Equal(got, want) {
		t.Errorf("records of %q, want %q", got, want)
	}
	wantSummary(t, &rs, 4, 1, map[report.State]int{report.Free: 2, report.Stale: 1})

	awaits.report = &report.Report{Verdict: report.Verdict{State: report.Unnamed}, Evidence: awaits.report.Evidence}
	rs.count(awaits)
	wantSummary(t, &rs, 4, 0, map[report.State]int{report.Free: 2, report.Stale: 1, report.Unnamed: 1})
}

// One that was counted, and is split as it turns out, is counted as that instead.
func TestRecount(t *testing.T) {
	var rs records
	rs.count(addFound(&rs, "/srv/a", 1, report.Held))
	rs.count(addFound(&rs, "/srv/b", 2, report.Held))
	r := rs.restoreCounted("/srv", "/srv/a")
	if r.settling == nil || !r.report.Checking || rs.find("/srv/a") != r {
		t.Errorf("%+v does not await a look", r)
	}
	again := *r.report
	again.Evidence.Device, again.Evidence.Lock.ID = 1, dirID(1)
	again.Verdict.State, again.Checking = report.Split, false
	r.report, r.settling = &again, nil
	rs.count(r)
	wantSummary(t, &rs, 2, 0, map[report.State]int{report.Held: 1, report.Split: 1})
	if got := paths(&rs); len(got) > 0 {
		t.Errorf("records of %q", got)
	}
}

// The processes that some report names are those that are kept in mind.
func TestProcesses(t *testing.T) {
	var rs records
	addFree(&rs, "/srv/a", 1)
	addFound(&rs, "/srv/b", 2, report.Mismatch).report.Evidence.Owner = &report.Process{PID: 5, Ticks: 50}
	addFound(&rs, "/srv/c", 3, report.Orphaned).report.Evidence.Holders = []report.Holder{
		{Process: &report.Process{PID: 6, Ticks: 60}}, {Process: &report.Process{PID: 7, Ticks: 70}},
	}
	addFound(&rs, "/srv/d", 4, report.Held).report.Evidence.Owner = &report.Process{PID: 8, Ticks: 80}
	rs.remove("/srv/d")
	want := map[proc.Process]bool{{PID: 5, Ticks: 50}: true, {PID: 6, Ticks: 60}: true, {PID: 7, Ticks: 70}: true}
	if got := rs.processes(); !maps.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// A poll passes by what makes events, until it is due or has its turn, also when others were removed meanwhile.
func TestToPoll(t *testing.T) {
	var rs records
	now := time.Unix(1000, 0)
	for i := range 40 {
		rs.remove(addFree(&rs, fmt.Sprint("/srv/gone", i), 1).path)
	}
	addFree(&rs, "/srv/unwatched", 1)
	add := func(path string, due time.Time, ino uint64) *record {
		r := addFree(&rs, path, ino)
		r.watch, r.followed, r.due.at = &notify.Watch{}, true, due
		rs.noteDue(r)
		return r
	}
	calm := add("/srv/calm", now.Add(time.Nanosecond), 1)
	add("/srv/due", now, 1)
	add("/srv/turn", now.Add(time.Hour), 3)
	for i := range 40 {
		addFree(&rs, fmt.Sprint("/srv/more", i), 1)
		rs.remove(fmt.Sprint("/srv/more", i))
	}
	polled := func() (paths []string) {
		for r := range rs.toPoll(now, 7, 10) {
			paths = append(paths, r.path)
		}
		return paths
	}
	if got, want := polled(), []string{"/srv/unwatched", "/srv/due", "/srv/turn"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	calm.watch = nil
	rs.noteDue(calm)
	if got := polled(); !slices.Contains(got, "/srv/calm") {
		t.Errorf("without a watch: %q", got)
	}
}
