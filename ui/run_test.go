package ui

import (
	"errors"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"lockscope/scan/report"
	"lockscope/scan/report/reporttest"
)

func TestRunLeavesTheTerminalAsItWas(t *testing.T) {
	term := runScreen(t, 80, 24, Options{Color: true})
	term.see("Looking for")
	before, err := unix.IoctlGetTermios(int(term.near.Fd()), unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	if before.Lflag&unix.ICANON != 0 {
		t.Error("the terminal is not in raw mode")
	}
	term.show(reporttest.Scanned(reporttest.Fleet(100)))
	term.see("tenant-0412")
	term.send("q")
	if err := term.ended(); err != nil {
		t.Error(err)
	}
	after, err := unix.IoctlGetTermios(int(term.near.Fd()), unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	if after.Lflag&unix.ICANON == 0 || after.Lflag&unix.ECHO == 0 {
		t.Error("the terminal is still in raw mode")
	}
	for _, off := range []string{"\x1b[?1049l", "\x1b[?25h", "\x1b[?2004l", "\x1b[?1002l", "\x1b[?1006l"} {
		if !eventually(func() bool { return strings.Contains(term.written(), off) }) {
			t.Errorf("%q was not sent", off)
		}
	}
}

func TestRunEndsWithItsContext(t *testing.T) {
	term := runScreen(t, 80, 24, Options{})
	term.see("Looking for")
	term.end()
	if err := term.ended(); err != nil {
		t.Error(err)
	}
	if !eventually(func() bool { return strings.Contains(term.written(), "\x1b[?1049l") }) {
		t.Error("the alternate screen was not left")
	}
}

// TestNothingIsAsked: what a terminal answers after the program has gone lands
// on the user's prompt. A q typed ahead makes the program end at once.
func TestNothingIsAsked(t *testing.T) {
	term := runScreen(t, 80, 24, Options{Color: true})
	term.send("q")
	if err := term.ended(); err != nil {
		t.Error(err)
	}
	if !eventually(func() bool { return strings.Contains(term.written(), "\x1b[?1049l") }) {
		t.Fatal("the screen was not left")
	}
	term.mu.Lock()
	defer term.mu.Unlock()
	if n := term.answers.Len(); n > 0 {
		t.Errorf("the terminal was asked something and answered %q", term.answers.String())
	}
	for _, seq := range unwanted {
		if strings.Contains(term.wire.String(), string(seq)) {
			t.Errorf("%q was sent", seq)
		}
	}
}

func TestDumbTerminal(t *testing.T) {
	for _, name := range []string{"dumb", ""} {
		t.Setenv("TERM", name)
		term := newTerminal(t, 80, 24)
		err := Run(t.Context(), Options{Source: newFakeSource(), Stdin: term.near, Stdout: term.near})
		if !errors.Is(err, ErrDumbTerminal) {
			t.Errorf("TERM=%q: %v", name, err)
		}
		if out := term.written(); out != "" {
			t.Errorf("TERM=%q: wrote %q", name, out)
		}
	}
}

var colours = regexp.MustCompile(`\x1b\[[0-9;]*\b(3[0-7]|9[0-7]|38;|48;)[0-9;]*m`)

func TestColours(t *testing.T) {
	for _, colour := range []bool{true, false} {
		term := runScreen(t, 120, 30, Options{Color: colour})
		term.show(reporttest.Scanned(reporttest.Fleet(100)))
		term.see("tenant-0412")
		term.send("jj?")
		term.see("half a page")
		found := colours.FindString(term.written())
		if (found != "") != colour {
			t.Errorf("colour %t: sent %q", colour, found)
		}
		if !regexp.MustCompile(`\x1b\[[0-9;]*\b7[0-9;]*m`).MatchString(term.written()) {
			t.Errorf("colour %t: the cursor's row is not in reverse video", colour)
		}
		for _, more := range []string{"38;", "48;"} {
			if strings.Contains(term.written(), "["+more) || strings.Contains(term.written(), ";"+more) {
				t.Errorf("colour %t: more than 16 colours", colour)
			}
		}
		term.send("qq")
		term.ended()
	}
}

func TestResize(t *testing.T) {
	term := runScreen(t, 120, 30, Options{})
	term.show(reporttest.Scanned(reporttest.Fleet(100)))
	term.see("SINCE")
	term.send("jjj")
	term.see("4 of 112")
	term.resize(40, 12)
	term.unsee("PIDFILE")
	term.see("11 problems of 112")
	term.see("4 of 112")
	term.resize(10, 3)
	term.see("too small")
	term.resize(80, 24)
	term.see("PIDFILE")
	term.see("4 of 112")
}

func TestFilterAsYouType(t *testing.T) {
	term := runScreen(t, 120, 30, Options{})
	term.show(reporttest.Scanned(reporttest.Fleet(1000)))
	term.see("1,012 dirs")
	term.send("/logro")
	term.see("filtered: 2 of 1,012")
	term.show(now(reporttest.Dir{Path: "new/logro", State: report.Stale}))
	term.see("filtered: 3 of 1,013")
	term.send("\r")
	term.see("/ logro")
	term.send("\x1b")
	term.see("1,013 dirs")
}

// TestEscAndKeyTogether: on a slow line they arrive in one go.
func TestEscAndKeyTogether(t *testing.T) {
	term := runScreen(t, 80, 24, Options{Break: neverBreak})
	term.show(reporttest.Scanned(reporttest.Fleet(100)))
	term.see("tenant-0412")
	term.send("6B")
	term.see("[ Cancel ]")
	term.send("\x1bG")
	term.see("3 of 3")
	term.send("\x1bg")
	term.see("1 of 112")
	term.send("?")
	term.see("half a page")
	term.send("\x1b\x1b[B")
	term.see("2 of 112")
}

// TestStrangeNames: the columns are where they are, whatever a name is made of, and
// nothing in it is obeyed.
func TestStrangeNames(t *testing.T) {
	names := []string{
		"データ/東京", "한국어", "plain", "e\u0301clair", "שלום", "مرحبا", "ไทย", "👍 🎉", "🇩🇪", "½ ①", "ﷺ",
		"👨\u200d👩\u200d👧", "❤\ufe0f", "a\u202eb", "new\nline", "tab\there", "esc\x1b[31m\x1b]0;title\a\x1b[2J", "\xff\xfe\x9b2J", `back\slash`,
		strings.Repeat("x", 255), strings.Repeat("漢", 85), strings.Repeat("\x1b", 255), strings.Repeat("a/", 2000),
	}
	var samples []reporttest.Dir
	for _, name := range names {
		samples = append(samples, reporttest.Dir{Path: name + "/" + name, State: report.Free})
	}
	for _, wide := range []int{80, 120, 200} {
		term := runScreen(t, wide, 40, Options{Color: true})
		term.show(reporttest.Scanned(reporttest.Changes(samples...)))
		term.see("23 dirs")
		term.see("missing")
		term.send("\x1b") // no detail
		term.unsee("missing")
		columns := map[int]int{}
		term.mu.Lock()
		for y := range term.emulator.Height() {
			for x := range wide { // the cells of PIDFILE, HOLDER and SINCE
				if cell := term.emulator.CellAt(x, y); cell != nil && cell.Content == "–" {
					columns[x]++
				}
			}
		}
		term.mu.Unlock()
		dashed := 3
		if wide < 100 { // SINCE has no room
			dashed = 2
		}
		if len(columns) != dashed {
			t.Errorf("the columns are not aligned, but at %v:\n%s", columns, term.text())
		}
		for _, seq := range []string{"\x1b[31m\x1b]", "\x1b]0;", "\x9b2J", "\x1b\x1b"} {
			if strings.Contains(term.written(), seq) {
				t.Errorf("%q was sent", seq)
			}
		}
		term.send("q")
		term.ended()
	}
}
