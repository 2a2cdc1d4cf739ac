package ui

import (
	"fmt"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"lockscope/scan/report/reporttest"
)

// The filter is the table's: esc leaves what is shown instead of it.
func TestFilterIsTheTables(t *testing.T) {
	m, _ := testModel(120, 30, Options{})
	m.take(reporttest.Scanned(reporttest.Fleet(10)))
	m.typed("6")
	for _, key := range []string{"l", "?", "enter"} {
		if text := m.shown(); !strings.Contains(text, "esc shows all") {
			t.Fatalf("the table does not say that it is filtered:\n%s", text)
		}
		m.typed(key)
		if text := m.shown(); strings.Contains(text, "esc shows all") {
			t.Errorf("after %s:\n%s", key, text)
		}
		m.typed("esc")
	}
}

func TestCompletionKey(t *testing.T) {
	m, _ := testModel(120, 30, Options{})
	m.take(reporttest.Scanned(reporttest.Fleet(10)))
	for _, r := range "/state:sta" {
		m.typed(string(r))
	}
	m.typed("tab")
	if got := m.filter.text(); got != "state:stale" {
		t.Errorf("tab makes it %q", got)
	}
}

// What cannot be meant is said while it is typed. It is not kept, and nothing is hidden by it.
func TestFilterProblemIsSaid(t *testing.T) {
	for _, size := range []struct {
		width, height int
		want          string
	}{
		{160, 50, "no state bogus: split, unguarded, orphaned, mismatch, unnamed, stale, unknown, checking, held, free, attention, healthy"},
		{80, 24, "no state bogus: split, unguarded, orphaned, mismatch"}, {40, 12, "no state bogus: split"},
	} {
		term := runScreen(t, size.width, size.height, Options{})
		term.show(reporttest.Scanned(reporttest.Fleet(100)))
		term.see("of 112")
		term.send("/state:bogus")
		term.see(size.want)
		term.see("of 112")
		if text := term.text(); strings.Contains(text, "Nothing matches") {
			t.Errorf("a state that does not exist:\n%s", text)
		}
		term.send("\r")
		term.send("\x7f\x7f\x7f\x7f\x7fstale\r") // enter left one in the line, to mend it
		term.see("/ state:stale")
		term.see(" of 3")
		term.send("q")
		term.ended()
	}
}

// The filters that there were come back, also those that were cleared.
func TestFilterMemory(t *testing.T) {
	term := runScreen(t, 120, 30, Options{})
	term.show(reporttest.Scanned(reporttest.Fleet(100)))
	term.see("of 112")
	term.send("/logro\r")
	term.see("/ logro  esc shows all")
	term.send("\x1b")
	term.see("112 dirs")
	term.send("/state:split")
	term.see("filtered: 2 of 112")
	term.send("\x1b") // in the line
	term.see("112 dirs")
	term.send("/eu\x1b[A")
	term.see("/ state:split")
	term.see("filtered: 2 of 112")
	term.send("\x1b[A")
	term.see("/ logro")
	term.send("\x1b[A\x1b[B\x1b[B")
	term.see("/ eu")
	term.send("\x1b[A\x1b[A\r")
	term.see("/ logro  esc shows all")
	term.see("filtered: 2 of 112")
	term.send("/\x1b[A") // before the one that is kept
	term.see("/ state:split")
}

func TestMemory(t *testing.T) {
	var h memory
	if got := h.older("x"); got != "x" {
		t.Errorf("of nothing, %q", got)
	}
	for i := range 2 * maxMemory {
		h.add(fmt.Sprint(i))
	}
	h.add(" 150 ")
	h.add("")
	if len(h.texts) != maxMemory || h.older("") != "150" || h.older("150") != "199" {
		t.Errorf("has %q", h.texts)
	}
	if h.newer("199") != "150" || h.newer("150") != "" || h.newer("z") != "z" {
		t.Error("forth is not back")
	}
}

// TestFilterEscAndKeyTogether: on a slow line they arrive in one go, and neither is lost.
func TestFilterEscAndKeyTogether(t *testing.T) {
	term := runScreen(t, 80, 24, Options{})
	term.show(reporttest.Scanned(reporttest.Fleet(100)))
	term.see("tenant-0412")
	term.send("/stale")
	term.see("of 3")
	term.send("\x1bG")
	term.see("112 of 112")
	term.send("/kvd\r")
	term.see("/ kvd")
	term.send("/zz\x1b?")
	term.see("half a page")
	term.send("q")
	term.see("112 dirs")
}

// TestFilterWordKeys: with alt, the keys that edit a line do.
func TestFilterWordKeys(t *testing.T) {
	m, _ := testModel(80, 24, Options{})
	m.take(reporttest.Scanned(reporttest.Fleet(10)))
	m.typed("/", "a", "space", "b", "c")
	m.Update(tea.KeyPressMsg{Code: tea.KeyBackspace, Mod: tea.ModAlt})
	if got := m.typing.input.Value(); got != "a " || m.mode != modeFilter {
		t.Errorf("alt-backspace leaves %q, mode %d", got, m.mode)
	}
}

// TestFilterInterrupt: ctrl-c leaves the line as it was before, and does not end the program.
func TestFilterInterrupt(t *testing.T) {
	term := runScreen(t, 80, 24, Options{})
	term.show(reporttest.Scanned(reporttest.Fleet(100)))
	term.see("tenant-0412")
	term.send("/stale\r")
	term.see("filtered: 3 of 112")
	term.send("/ xyzzy")
	term.see("Nothing matches")
	term.send("\x03")
	term.see("filtered: 3 of 112")
	term.see("/ stale  esc shows all")
	term.send("j")
	term.see("2 of 3")
	term.send("/ 1200")
	term.see("filtered: 1 of 112")
	term.send("\x03")
	term.see("2 of 3") // where the cursor was
	term.send("G")
	term.see("3 of 3")
	term.send("\x03")
	if err := term.ended(); err != nil {
		t.Error(err)
	}
}
