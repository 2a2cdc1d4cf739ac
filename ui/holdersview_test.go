package ui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"lockscope/lock"
	"lockscope/scan/report"
	"lockscope/scan/report/reporttest"
	"lockscope/ui/golden"
)

// withHolders is a screen on which one process holds most, another is gone, and some had hand-offs.
func withHolders(t *testing.T, width, height int, o Options) *model {
	t.Helper()
	m := happened(t, width, height, o)
	changes := reporttest.Changes(reporttest.Troubled...)
	for i := range 300 {
		changes = append(changes, reporttest.Changes(reporttest.Held(fmt.Sprintf("ap/shard-%02d/tenant-%05d/data", i%7, i), 3100))...)
	}
	m.take(reporttest.Scanned(changes))
	return m
}

func TestHoldersScreens(t *testing.T) {
	for _, size := range sizes {
		for _, test := range []struct{ name, keys string }{
			{"holders", "h"}, {"holdersdirs", "h s s j"}, {"holdersfilter", "h / l o g r o"}, {"holdersnothing", "h / x y z z y enter"}, {"holdersenter", "h / 2 5 0 0 enter enter"},
		} {
			m := withHolders(t, size.width, size.height, Options{})
			m.typed(strings.Fields(test.keys)...)
			golden.Check(t, test.name+"-"+size.name, m.shown())
		}
	}
	m := withHolders(t, 80, 24, Options{ASCII: true})
	m.typed("h")
	golden.Check(t, "holdersascii-80x24", m.shown())
}

// The process behind 8,886 rows is one line, and enter shows these.
func TestHolders(t *testing.T) {
	term := runScreen(t, 120, 30, Options{})
	before, after := died(8886, 2500)
	term.show(reporttest.Scanned(append(before, reporttest.Changes(reporttest.Troubled...)...)))
	term.see("8,898 dirs")
	term.send("h")
	term.see("holders")
	term.send("ss") // the most directories first
	term.see("DIRS▲")
	term.see("8,886")
	term.show(reporttest.Scanned(after))
	term.see("8,886 directories: 8,886 stale")
	term.see("2500 (gone)")
	term.send("\r")
	term.see("/ pid:2500  esc shows all")
	term.see("filtered: 8,886 of 8,898")
	term.send("\x1b")
	term.see("8,898 dirs")
	term.send("h/logrotate|init\r")
	term.see("1 of 2")
	term.send("\x1bq")
	term.see("DIRECTORY")
}

// The cursor stays on its process while others come and go.
func TestHoldersDoNotSlide(t *testing.T) {
	m := withHolders(t, 120, 30, Options{})
	m.typed("h", "j", "j", "j")
	current, _ := m.holders.scroll.Current()
	m.take(reporttest.Scanned(reporttest.Changes(
		reporttest.Dir{Path: "x", State: report.Split, PID: 1, Process: lock.ProcessAlive, Holders: []report.Holder{reporttest.Deleted(reporttest.Holder(11, "kvd", time.Hour))}},
		reporttest.Dir{Path: "y", State: report.Split, PID: 1, Process: lock.ProcessAlive, Holders: []report.Holder{reporttest.Deleted(reporttest.Holder(11, "kvd", time.Hour))}})))
	if now, _ := m.holders.scroll.Current(); now != current {
		t.Errorf("the cursor went from %d to %d", current.PID, now.PID)
	}
	m.typed("g")
	if text := m.shown(); !strings.Contains(text, "    11  ") {
		t.Errorf("the new one is not there:\n%s", text)
	}
}
