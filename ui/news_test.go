package ui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"lockscope/scan/report"
	"lockscope/scan/report/reporttest"
	"lockscope/ui/golden"
	"lockscope/ui/show"
)

// massFailure is a screen on which the holder of n directories ends, in the course of five seconds.
func massFailure(width, height, n int, o Options) *model {
	m, _ := testModel(width, height, o)
	var held []report.Change
	for i := range n {
		held = append(held, reporttest.Changes(reporttest.Held(fmt.Sprintf("eu/many-%04d/data", i), 31337))...)
	}
	m.take(reporttest.Scanned(append(reporttest.Fleet(30), held...)))
	m.typed("down", "down")
	for half := range 2 {
		m.now = func() time.Time { return reporttest.Noon.Add(time.Duration(5*half) * time.Second) }
		var stale []report.Change
		for i := half * n / 2; i < (half+1)*n/2; i++ {
			stale = append(stale, reporttest.Changes(reporttest.Stale(fmt.Sprintf("eu/many-%04d/data", i)))...)
		}
		m.take(report.Update{Changes: stale})
	}
	return m
}

func TestNewsScreens(t *testing.T) {
	for _, size := range []struct {
		name          string
		width, height int
	}{{"200x60", 200, 60}, {"120x30", 120, 30}, {"80x24", 80, 24}, {"40x12", 40, 12}} {
		golden.Check(t, "news-"+size.name, massFailure(size.width, size.height, 8866, Options{}).shown())
	}
}

// Many problems at once are told until the user has gone there, or dismissed it.
func TestNews(t *testing.T) {
	m := massFailure(120, 30, 8866, Options{})
	const told = "+8,866 stale in 5s"
	before := at(m.list.Current())
	for _, keys := range []string{"", "j", "G", "?", "q", "k"} {
		m.typed(strings.Fields(keys)...)
		m.Update(tickMsg{})
		if !strings.Contains(m.shown(), told) {
			t.Fatalf("after %q: no %q:\n%s", keys, told, m.shown())
		}
	}
	m.typed("N")
	if got := at(m.list.Current()); got != "eu/many-0000/data" || got == before {
		t.Errorf("N goes to %s", got)
	}
	if strings.Contains(m.shown(), told) {
		t.Errorf("is told still:\n%s", m.shown())
	}
	m.typed("N")
	if r := m.list.Current(); !r.Class.Problem() || at(r) == "eu/many-0000/data" {
		t.Errorf("N goes from there to %s", at(r))
	}

	m = massFailure(120, 30, 10, Options{})
	m.typed("esc")
	if strings.Contains(m.shown(), "+10 stale") {
		t.Errorf("esc does not dismiss it:\n%s", m.shown())
	}
}

// N goes there as it says, also where a filter hides them. That can be had back.
func TestNewsBehindFilter(t *testing.T) {
	m := massFailure(120, 30, 2, Options{})
	m.typed("/", "x", "x", "enter", "N")
	if got, want := at(m.list.Current()), "eu/many-0000/data"; got != want || m.list.Filtered() || m.list.News().Len() != 0 || m.notice != showsAllWord {
		t.Errorf("N goes to %s, want %s, filtered: %t, %d are new, notice %q", got, want, m.list.Filtered(), m.list.News().Len(), m.notice)
	}
	m.typed("/", "up")
	if got := m.filter.text(); got != "xx" {
		t.Errorf("the filter is %q", got)
	}
}

// What is no problem any more is no news.
func TestNewsThatIsOver(t *testing.T) {
	m := massFailure(120, 30, 2, Options{})
	for _, want := range []string{"+1 stale", ""} {
		path := "eu/many-0000/data"
		if want == "" {
			path = "eu/many-0001/data"
		}
		m.take(report.Update{Changes: reporttest.Changes(reporttest.Held(path, 7))})
		if got := m.newsCounts(9); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	worse := reporttest.Troubled[7] // stale
	worse.State = report.Split
	m.take(report.Update{Changes: reporttest.Changes(worse)})
	if got, want := m.newsCounts(9), "+1 split"; got != want {
		t.Errorf("what became worse: %q, want %q", got, want)
	}
	m.take(report.Update{Gone: []string{reporttest.Root + "/" + worse.Path}})
	if n := m.list.News().Len(); n != 0 || m.list.News().Counts != [show.ClassCount]int{} {
		t.Errorf("what is gone: %v", m.list.News())
	}
}

// N finds what is new in a folded group too.
func TestNewsInFoldedGroup(t *testing.T) {
	m := massFailure(120, 30, 200, Options{})
	m.typed("t", "G", "N")
	if got, want := at(m.list.Current()), "eu/many-0000/data"; got != want {
		t.Errorf("N goes to %s, want %s", got, want)
	}
}

// A bell and a title are for those who want them, and tell of problems that came up.
func TestBellAndTitle(t *testing.T) {
	for _, wanted := range []bool{false, true} {
		m, _ := testModel(120, 30, Options{Bell: wanted, Title: wanted})
		m.take(reporttest.Scanned(reporttest.Fleet(30)))
		rings := func(u report.Update) bool { return m.receive(batchMsg{u}) != nil }
		if rings(now(reporttest.Held("a", 7))) {
			t.Error("rings for what is healthy")
		}
		if rings(now(reporttest.Stale("a"))) != wanted {
			t.Errorf("wanted: %t, and the bell does otherwise", wanted)
		}
		if rings(now(reporttest.Stale("b"))) {
			t.Error("rings twice at once")
		}
		want := ""
		if wanted {
			want = "+2 stale - lockscope web-07"
		}
		if got := m.View().WindowTitle; got != want {
			t.Errorf("the title is %q, want %q", got, want)
		}
	}
}
