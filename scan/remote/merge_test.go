package remote

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"lockscope/scan/report"
)

// told is what a member of a fleet tells, with its mirror.
type told struct {
	*mirror
	t *testing.T
	g *merge
}

func (h told) tell(lines ...report.Line) {
	h.t.Helper()
	for _, l := range lines {
		h.g.put(h.host, take(h.t, h.mirror, l), h.mirror, l.Summary != nil || l.Heartbeat != nil)
	}
}

func newTold(t *testing.T, hold bool) (g *merge, a, b told) {
	g = newMerge([]string{"a", "b"}, hold, false)
	a, b = told{newMirror("a", &budget{}), t, g}, told{newMirror("b", &budget{}), t, g}
	a.begin()
	b.begin()
	return g, a, b
}

func keys(u report.Update) (keys []string) {
	for _, c := range u.Changes {
		keys = append(keys, c.Report.Key())
	}
	return keys
}

// The first summary comes when every host has told of all that it has, or is lost.
func TestMergeFirstSummary(t *testing.T) {
	g, a, b := newTold(t, false)
	a.tell(dirLine("/x", report.Held), report.Line{Error: &report.PathError{Path: "/no", Err: errors.New("no")}}, summaryLine())
	b.tell(dirLine("/x", report.Stale))
	u, _ := g.take()
	if got := keys(u); !slices.Equal(got, []string{"a:/x", "b:/x"}) || u.Summary != nil || len(u.Errors) != 1 || !u.Progress.Walking {
		t.Errorf("%q, %+v", got, u)
	}
	g.lost("b", report.Lost{Host: "b", Why: report.HostSilent}.Report(), b.counts())
	u, _ = g.take()
	if s := u.Summary; s == nil || s.Dirs != 2 || s.Hosts != 2 || s.Lost != 1 || s.Errors != 1 || s.States[report.Stale] != 1 {
		t.Fatalf("%+v: %+v", u, s)
	}
	if u.Progress.Walking || u.Progress == (report.Progress{}) { // which is none at all
		t.Errorf("the end of the walks is not told: %+v", u.Progress)
	}
	if got := keys(u); !slices.Equal(got, []string{"b"}) || len(u.Errors) != 0 {
		t.Errorf("%q, errors %v", got, u.Errors)
	}
	select {
	case <-g.ended:
	default:
		t.Error("it has not ended")
	}
}

// What is held back comes once, as it was last.
func TestMergeHolds(t *testing.T) {
	g, a, b := newTold(t, true)
	a.tell(dirLine("/x", report.Held), dirLine("/y", report.Held), summaryLine(), dirLine("/x", report.Stale), report.Line{Gone: "/y"})
	if u, _ := g.take(); len(u.Changes) > 0 {
		t.Errorf("%q came too soon", keys(u))
	}
	b.tell(summaryLine())
	u, _ := g.take()
	if len(u.Changes) != 1 || u.Changes[0].Report.Verdict.State != report.Stale || u.Summary == nil {
		t.Errorf("%q: %+v", keys(u), u)
	}
}

// The last word counts: what went and came is there, what came and went is not.
func TestMergeLastWord(t *testing.T) {
	g, a, _ := newTold(t, false)
	a.tell(dirLine("/x", report.Held), dirLine("/y", report.Held))
	g.take()
	a.tell(report.Line{Gone: "/x"}, dirLine("/x", report.Free), dirLine("/y", report.Free), report.Line{Gone: "/y"})
	u, _ := g.take()
	if got := keys(u); !slices.Equal(got, []string{"a:/x"}) || !slices.Equal(u.Gone, []string{"a:/y"}) {
		t.Errorf("there: %q, gone: %q", got, u.Gone)
	}
}

// A change of the errors of one host brings the whole list, as the end of a walk does.
func TestMergeErrors(t *testing.T) {
	g, a, b := newTold(t, false)
	failed := func(path string) report.Line {
		return report.Line{Error: &report.PathError{Path: path, Err: errors.New("no")}}
	}
	a.tell(failed("/1"), summaryLine())
	b.tell(failed("/2"), summaryLine())
	g.take()
	for _, test := range []struct {
		line report.Line
		want int
	}{{failed("/3"), 3}, {report.Line{Heartbeat: &report.Heartbeat{}}, 1}} {
		a.tell(test.line)
		if u, _ := g.take(); len(u.Errors) != test.want || u.Summary == nil || u.Summary.Errors != test.want || u.Progress.Visited == 0 {
			t.Errorf("want %d: %+v", test.want, u)
		}
	}
	g.tick()
	if u, _ := g.take(); u.Summary == nil || len(u.Errors) > 0 || u.Progress != (report.Progress{}) {
		t.Errorf("nothing changed: %+v", u)
	}
}

// However often a host that comes and goes tells its errors before the first summary, so many wait at most. None is lost.
func TestMergeErrorsAreBounded(t *testing.T) {
	g, a, b := newTold(t, true)
	for i := range 3 * maxErrors {
		if i%maxErrors == 0 {
			a.mirror.begin()
		}
		a.tell(report.Line{Error: &report.PathError{Path: fmt.Sprint("/", i), Err: errors.New("no")}})
	}
	if len(g.errors) > maxErrors {
		t.Errorf("%d errors wait", len(g.errors))
	}
	a.tell(summaryLine())
	b.tell(summaryLine())
	if u, _ := g.take(); len(u.Errors) != maxErrors || u.Errors[0].Path != fmt.Sprint("/", 2*maxErrors) || u.Summary.Errors != maxErrors {
		t.Errorf("%d errors are told, from %v on, and %+v", len(u.Errors), u.Errors[0], u.Summary)
	}
}

// How many directories make events is the sum of what the hosts say, but for those that are lost.
func TestMergeWatched(t *testing.T) {
	g, a, b := newTold(t, false)
	told := func(n int) report.Line {
		return report.Line{Summary: &report.Summary{Watched: &report.Watched{Dirs: n, Polled: map[report.PolledBecause]int{report.PolledBudget: 1}}}}
	}
	a.tell(told(3))
	b.tell(told(4))
	if u, _ := g.take(); u.Summary.Watched.Dirs != 7 || u.Summary.Watched.Polled[report.PolledBudget] != 2 {
		t.Errorf("%+v", u.Summary.Watched)
	}
	g.lost("b", report.Lost{Host: "b", Why: report.HostEnded}.Report(), b.counts())
	if u, _ := g.take(); u.Summary.Watched.Dirs != 3 {
		t.Errorf("%+v", u.Summary.Watched)
	}
}

func TestLostIsToldAgain(t *testing.T) {
	g, a, b := newTold(t, false)
	a.tell(summaryLine())
	lost := report.Lost{Host: "b", Why: report.HostUnreachable, Text: "refused", Since: time.Now()}
	g.lost("b", lost.Report(), b.counts())
	g.take()
	b.begin()
	u := take(t, b.mirror, summaryLine())
	u.Gone = append(u.Gone, "b")
	g.put("b", u, b.mirror, true)
	if u, _ := g.take(); !slices.Equal(u.Gone, []string{"b"}) || u.Summary.Lost != 0 {
		t.Errorf("%+v", u)
	}
}

// What comes and goes again before anybody was told of it leaves nothing behind, however often it does.
func TestMergeForgetsWhatNobodyKnows(t *testing.T) {
	for _, only := range []bool{false, true} {
		g := newMerge([]string{"a", "b"}, true, only)
		a := told{newMirror("a", &budget{}), t, g}
		a.begin()
		a.tell(dirLine("/stays", report.Held))
		for i := range 1000 {
			path := fmt.Sprintf("/%d", i)
			a.tell(dirLine(path, report.Held), report.Line{Gone: report.Key("a", path)})
		}
		if most := 1; len(g.changes) > most || len(g.at) > most || len(g.gone) > 0 {
			t.Errorf("only %v: %d changes at %d places, and %d gone", only, len(g.changes), len(g.at), len(g.gone))
		}
	}
}

// A directory that the reader knows is told to be gone, also if it came back in between.
func TestMergeGoneOfTheKnown(t *testing.T) {
	g, a, _ := newTold(t, false)
	a.tell(dirLine("/x", report.Held), dirLine("/y", report.Held))
	g.take()
	gone := report.Line{Gone: report.Key("a", "/x")}
	a.tell(dirLine("/z", report.Held), gone, dirLine("/x", report.Stale), dirLine("/w", report.Free))
	a.tell(gone, report.Line{Gone: report.Key("a", "/z")})
	u, _ := g.take()
	if got := keys(u); !slices.Equal(got, []string{"a:/w"}) || !slices.Equal(u.Gone, []string{"a:/x"}) {
		t.Errorf("%q, gone %q", got, u.Gone)
	}
}
