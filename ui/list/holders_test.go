package list

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"lockscope/lock"
	"lockscope/scan/report"
	"lockscope/scan/report/reporttest"
)

// behind are the holders in an order: PID, its state, directories, and the worst.
func behind(l *List, hs *Holders, filter string, by HolderColumn, reverse bool) string {
	var log Log
	hs.Gather(l, &log)
	f, _ := l.HolderFilter(filter)
	var out []string
	for _, h := range hs.Sorted(&f, by, reverse) {
		out = append(out, fmt.Sprintf("%d %s %d/%d %s", h.PID, h.State, h.Holds, h.Directories, h.Worst))
	}
	return strings.Join(out, ", ")
}

func TestGather(t *testing.T) {
	l := newList()
	twice := reporttest.Held("a", 7) // by two descriptors
	twice.Holders = append(twice.Holders, twice.Holders[0])
	reused := reporttest.Dir{Path: "r", State: report.Stale, PID: 7, Process: lock.ProcessReused, Owner: twice.Holders[0].Process}
	unguarded := reporttest.Dir{Path: "u", State: report.Unguarded, PID: 7, Process: lock.ProcessAlive, Owner: twice.Holders[0].Process}
	orphan := reporttest.Dir{Path: "o", State: report.Orphaned, PID: 8, Process: lock.ProcessGone, Holders: []report.Holder{reporttest.Inherited(reporttest.Holder(9, "x", time.Hour))}}
	l.applied(reporttest.Changes(twice, reused, unguarded, orphan, reporttest.Free("f"), reporttest.Held("b", 5), reporttest.Held("c", 5)), nil)
	var hs Holders
	for _, test := range []struct {
		filter  string
		by      HolderColumn
		reverse bool
		want    string
	}{
		{"", HolderWorst, false, "7 alive 1/2 unguarded, 8 gone 0/1 orphaned, 9 alive 1/1 orphaned, 7 reused 0/1 stale, 5 alive 2/2 held"},
		{"", HolderPID, false, "5 alive 2/2 held, 7 alive 1/2 unguarded, 7 reused 0/1 stale, 8 gone 0/1 orphaned, 9 alive 1/1 orphaned"},
		{"", HolderDirectories, false, "5 alive 2/2 held, 7 alive 1/2 unguarded, 7 reused 0/1 stale, 8 gone 0/1 orphaned, 9 alive 1/1 orphaned"},
		{"kvd", HolderPID, true, "7 alive 1/2 unguarded, 5 alive 2/2 held"},
		{"pid:8,9 !gone", HolderWorst, false, "9 alive 1/1 orphaned"},
		{"state:held", HolderPID, false, "5 alive 2/2 held, 7 alive 1/2 unguarded"},
		{"user:root cmd:x", HolderPID, false, "9 alive 1/1 orphaned"},
	} {
		if got := behind(l, &hs, test.filter, test.by, test.reverse); got != test.want {
			t.Errorf("%q by %d: %s, want %s", test.filter, test.by, got, test.want)
		}
	}
	high := func(path string, pid int) reporttest.Dir {
		return reporttest.Dir{Path: path, State: report.Stale, PID: pid, Process: lock.ProcessGone}
	}
	l.applied(reporttest.Changes(high("x", 1<<31-1), high("y", maxPID+1), high("z", maxPID)), nil)
	want := "4194304 gone 0/1 stale, 4194305 gone 0/1 stale, 2147483647 gone 0/1 stale"
	if got := behind(l, &hs, "gone state:stale", HolderPID, false); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	five := hs.on("").alive.get(5)
	l.applied(reporttest.Changes(reporttest.Free("a"), reporttest.Free("r"), reporttest.Free("u")), []string{reporttest.Root + "/o", reporttest.Root + "/b", reporttest.Root + "/x", reporttest.Root + "/y", reporttest.Root + "/z"})
	if got, want := behind(l, &hs, "", HolderPID, false), "5 alive 1/1 held"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if hs.on("").alive.get(5) != five || hs.on("").alive.get(7) != nil || hs.on("").gone.get(8) != nil {
		t.Error("what stays is another, or what went is kept")
	}
}
