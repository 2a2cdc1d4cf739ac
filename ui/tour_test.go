package ui

import (
	"fmt"
	"strings"
	"testing"

	"lockscope/scan/report"
	"lockscope/scan/report/reporttest"
	"lockscope/ui/show"
)

// click presses and releases the left button on a text of the screen.
func (term *terminal) click(text string) {
	term.t.Helper()
	term.see(text)
	y := 0
	for line := range strings.Lines(term.text()) {
		y++
		if before, _, ok := strings.Cut(line, text); ok {
			x := show.Width(before) + 2
			term.send(fmt.Sprintf("\x1b[<0;%d;%dM\x1b[<0;%d;%dm", x, y, x, y))
			return
		}
	}
	term.t.Fatalf("%q went away", text)
}

// TestTour goes through a session as a person would, in every size.
func TestTour(t *testing.T) {
	for _, size := range []struct{ width, height int }{{200, 60}, {120, 30}, {80, 24}, {40, 12}} {
		t.Run(fmt.Sprint(size.width), func(t *testing.T) {
			term := runScreen(t, size.width, size.height, Options{Color: true, Break: neverBreak})
			term.show(report.Update{Changes: reporttest.Fleet(100), Progress: report.Progress{Walking: true, Visited: 31000, Found: 112}})
			term.see("walking")
			term.see("1 of 112")
			term.show(reporttest.Scanned(nil))
			term.see("live")

			term.send("s")
			term.see("sorted by directory")
			term.send("S")
			term.see("sorted by directory, reversed")
			term.click("STATE")
			term.see("sorted by state")
			term.send("jj \x1b[B ") // unguarded, and another one further down
			term.see("2 selected")
			term.send("u")
			term.unsee("selected")

			term.send("tg")
			term.see("1–56 of 112")
			term.send("T")
			term.unsee("▸")
			term.send("\r")
			term.see("▸")
			term.send("\r")
			term.unsee("▸")
			term.send("tt")
			term.see("no groups")

			term.send("/state:st")
			term.see("3 of 112")
			term.send("\t")
			term.see("state:stale")
			term.send("\r")
			term.see("1 of 3")
			term.send("\r")
			if size.width < besideFrom && size.height >= detailFrom {
				term.unsee("DIRECTORY")
			}
			term.send("G") // of the detail, where it is full
			term.see("break")
			term.send("\x1b")
			term.see("1 of 3")

			term.send("B")
			term.see("[ Cancel ]")
			term.resize(size.width+20, size.height+3)
			term.see("[ Cancel ]")
			term.resize(size.width, size.height)
			// While it is redrawn in its new size the screen is empty.
			without := func(text string) {
				term.wait("no "+text, func(screen string) bool {
					return strings.Contains(screen, "? help") && !strings.Contains(screen, text)
				})
			}
			term.send("\x1b")
			without("[ Cancel ]")
			term.send("\x1b")
			without("esc shows all")

			term.send("gj\x1b[<65;5;8M") // the wheel
			term.see("5 of 112")
			term.send("?")
			term.see("half a page")
			term.send("q")
			term.send("l")
			term.see("none so far")
			term.send("q")
			term.send("q")
			if err := term.ended(); err != nil {
				t.Error(err)
			}
			term.left()
		})
	}
}

// TestQuitDuringScan: nothing keeps the user in who has seen enough.
func TestQuitDuringScan(t *testing.T) {
	term := runScreen(t, 80, 24, Options{Color: true})
	term.show(report.Update{Changes: reporttest.Fleet(100), Progress: report.Progress{Walking: true, Visited: 1}})
	term.see("walking")
	term.send("q")
	if err := term.ended(); err != nil {
		t.Error(err)
	}
	term.left()
}
