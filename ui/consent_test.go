package ui

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"lockscope/lock"
	"lockscope/scan/report"
	"lockscope/scan/report/reporttest"
	"lockscope/ui/show"
)

// twins are two directories of 110 characters that differ in the middle.
func twins() (a, b reporttest.Dir) {
	path := func(n int) string {
		return fmt.Sprintf("%s/tenant-%04d/%s", strings.Repeat("shard/", 7), n, strings.Repeat("volume/", 6))
	}
	a, b = reporttest.Stale(path(412)), reporttest.Stale(path(413))
	for _, d := range []*reporttest.Dir{&a, &b} {
		d.PID, d.Process = 2210, lock.ProcessGone
	}
	return a, b
}

// TestNothingIsConfirmedUnread: in every size, by every way to say yes. Where the target, what is
// removed or the buttons cannot be read, nothing is broken, and the key says why.
func TestNothingIsConfirmedUnread(t *testing.T) {
	a, b := twins()
	sizes := 0
	for _, keys := range [][]string{{"y"}, {"tab", "enter"}, {"click"}, {"2", "enter"}} {
		for _, w := range []int{1, 23, 24, 25, 31, 38, 40, 59, 60, 61, 80, 120} {
			for h := 1; h < 27; h++ {
				for _, resized := range []bool{false, true} {
					m, _ := testModel(w, h, Options{Break: neverBreak})
					if resized {
						m.Update(tea.WindowSizeMsg{Width: 120, Height: 40})
					}
					m.take(reporttest.Scanned(reporttest.Changes(a, b)))
					if keys[0] == "2" {
						m.typed("a")
					}
					m.typed("B")
					said := m.notice
					if resized {
						m.Update(tea.WindowSizeMsg{Width: w, Height: h})
					}
					read := strings.Join(strings.Fields(m.shown()), "")
					for _, k := range keys {
						if k == "click" {
							m.clickWhere("Break  ")
						} else {
							m.typed(k)
						}
					}
					if m.mode == modeDialog && m.dialog.phase == phaseBreak {
						sizes++
						for _, text := range []string{"0412", "removes", ".handoff.pidfile", "2210", "reak"} {
							if !strings.Contains(read, text) {
								t.Fatalf("%dx%d: %v breaks where %q cannot be read:\n%s", w, h, keys, text, read)
							}
						}
					} else if said += m.notice; !m.tooSmallFor() && keys[0] != "click" && !strings.Contains(said, "too small") {
						t.Fatalf("%dx%d: %v says %q", w, h, keys, said)
					}
				}
			}
		}
	}
	if sizes < 1000 {
		t.Errorf("it could be confirmed in %d sizes", sizes)
	}
}

// clickWhere clicks on a text, if it is on the screen.
func (m *model) clickWhere(text string) {
	y := 0
	for line := range strings.Lines(m.shown() + "\n") {
		if before, _, ok := strings.Cut(line+"  ", text); ok {
			m.Update(tea.MouseClickMsg{X: show.Width(before) + 1, Y: y, Button: tea.MouseLeft})
			return
		}
		y++
	}
}

// TestTwinsAreTold: of one that is asked about, and of several.
func TestTwinsAreTold(t *testing.T) {
	a, b := twins()
	for _, size := range []struct{ width, height int }{{40, 12}, {80, 24}, {120, 30}, {200, 60}} {
		term := runScreen(t, size.width, size.height, Options{Break: neverBreak})
		term.show(reporttest.Scanned(reporttest.Changes(a, b)))
		term.see("2 dirs")
		term.send("B")
		term.see("removes .handoff.pidfile")
		term.see("[ Cancel ]")
		term.see("tenant-0412")
		term.send("\x1baB")
		term.see("Type 2")
		term.see("tenant-0412")
		term.see("tenant-0413")
	}
}

// TestAnswerBeforeTheQuestion: on a slow line both keys are on their way before the dialog is.
func TestAnswerBeforeTheQuestion(t *testing.T) {
	var b breaker
	term := askBreak(t, &b, 80, 24)
	term.send("By")
	term.see("[ Cancel ]")
	term.see("again, please")
	if got := b.paths(); len(got) > 0 {
		t.Fatalf("broke %q, which nobody can have read", got)
	}
	term.send("y")
	term.see("1 cleared")
}

// manyStale has 320 usual targets, and three that are not.
func manyStale() []report.Change {
	dirs := []reporttest.Dir{
		{Path: "x/reused", State: report.Stale, PID: 7, Process: lock.ProcessReused},
		{Path: "x/unrelated", State: report.Stale, PID: 8, Process: lock.ProcessUnrelated},
		{Path: "x/malformed", State: report.Stale},
	}
	for i := range 320 {
		dirs = append(dirs, reporttest.Dir{Path: fmt.Sprintf("t/%04d", i), State: report.Stale, PID: 99, Process: lock.ProcessGone})
	}
	changes := reporttest.Changes(dirs...)
	changes[2].Report.Evidence.Pidfile.State = lock.PidfileMalformed
	return changes
}

func TestManyTargetsScroll(t *testing.T) {
	for _, size := range []struct{ width, height int }{{40, 12}, {80, 24}, {120, 30}} {
		term := runScreen(t, size.width, size.height, Options{Break: neverBreak})
		term.show(reporttest.Scanned(manyStale()))
		term.see("323 dirs")
		term.send("aB")
		term.wait("the kinds", func(text string) bool {
			return strings.Contains(strings.Join(strings.Fields(text), " "), "1 unrelated, 1 reused, 1 malformed, 320 gone")
		})
		term.see("x/unrelated")
		term.see("of 323")
		term.send("\x1b[6~")
		term.unsee("x/unrelated")
		term.send("\x1b[F")
		term.see("t/0319")
		term.see("323 of 323")
		term.send("\x1b[5~")
		term.unsee("t/0319")
		term.send("\x1b[H")
		term.see("x/unrelated")
		term.send("\x1b[<65;5;8M") // the wheel
		term.unsee("x/unrelated")
	}
}

func TestWrongCountIsTold(t *testing.T) {
	var b breaker
	term := runScreen(t, 80, 24, Options{Break: b.breakStale})
	term.show(reporttest.Scanned(manyStale()))
	term.see("323 dirs")
	term.send("aB")
	term.see("Type 323")
	term.send("y")
	term.see("type 323 and press enter")
	term.send("32\r")
	term.see("32 is not 323: nothing was broken")
	term.send("323\r")
	term.see("323 cleared")
	if got := b.paths(); len(got) != 323 || !slices.Equal(got[:3], []string{"x/unrelated", "x/reused", "x/malformed"}) {
		t.Errorf("broke %d, first %q", len(got), got[:min(len(got), 3)])
	}
}

// TestBrokenIsNotSelected: what was refused still is.
func TestBrokenIsNotSelected(t *testing.T) {
	b := breaker{refuse: map[string]error{"1200": errNotStale}}
	term := askBreak(t, &b, 80, 24)
	term.breakAll()
	term.see("2 cleared, 1 left as it was")
	term.send("\r")
	term.see("1 selected")
	term.send("u")
	term.unsee("selected")
}

func TestMouseInDialog(t *testing.T) {
	var b breaker
	term := askBreak(t, &b, 80, 24)
	term.send("B")
	term.click("Cancel ]")
	term.unsee("[ Cancel ]")
	term.send("B")
	term.see("[ Cancel ]")
	term.click("  Break  ")
	term.see("1 cleared")
	if got := b.paths(); len(got) != 1 || got[0] != first {
		t.Errorf("broke %q", got)
	}
	term.click("enter close")
	term.unsee("1 cleared")
	term.send("aB")
	term.see("Type 3")
	term.click("esc cancel")
	term.unsee("Type 3")
}

// TestChangedTargetIsTold: also where there is little room.
func TestChangedTargetIsTold(t *testing.T) {
	for _, size := range []struct{ width, height int }{{40, 12}, {80, 24}} {
		term := runScreen(t, size.width, size.height, Options{Break: neverBreak})
		term.show(reporttest.Scanned(reporttest.Fleet(100)))
		term.see("of 112")
		term.send("6B")
		term.see("[ Cancel ]")
		term.show(reporttest.Scanned(nil, reporttest.Root+"/"+first))
		term.see("changed since this was asked: now")
		term.see("[ Cancel ]")
	}
}
