package ui

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"charm.land/bubbles/v2/key"

	"lockscope/scan/report"
	"lockscope/scan/report/reporttest"
	"lockscope/ui/show"
)

// helpText is all of the help, however long it is.
func (m *model) helpText() string { return strings.Join(m.helpLines(), "\n") }

// The help says what each state means, with the digit that shows it, in every size.
func TestHelpExplainsStates(t *testing.T) {
	for _, width := range []int{24, 40, 80, 120, 200} {
		m, _ := testModel(width, 24, Options{})
		m.take(reporttest.Scanned(reporttest.Fleet(30)))
		m.typed("?")
		text := strings.Join(strings.Fields(strings.NewReplacer("\x1b[1m", "", "\x1b[2m", "", "\x1b[m", "").Replace(m.helpText())), " ")
		for i, s := range report.States {
			if !strings.Contains(text, fmt.Sprint(i+1)) || !strings.Contains(text, show.ClassOfState(s).Meaning()) {
				t.Errorf("at %d: %s is not explained:\n%s", width, s, m.helpText())
			}
		}
	}
}

// The help is for the place that it was asked for in, and leads back there.
func TestHelpIsForThePlace(t *testing.T) {
	for _, place := range []struct{ keys, has, hasNot string }{
		{"", "this state, or more", "In the"},
		{"enter", "In the detail", "groups"},
		{"l", "In the log", "groups"},
	} {
		m, _ := testModel(120, 30, Options{Break: neverBreak})
		m.take(reporttest.Scanned(reporttest.Fleet(30)))
		m.typed(strings.Fields(place.keys)...)
		before := m.shown()
		m.typed("?")
		if text := m.helpText(); !strings.Contains(text, place.has) || strings.Contains(text, place.hasNot) {
			t.Errorf("after %q:\n%s", place.keys, text)
		}
		m.typed("?")
		if m.shown() != before {
			t.Errorf("after %q it does not lead back:\n%s", place.keys, m.shown())
		}
	}
}

// The help of the table has every key that the foot has.
func TestHelpHasTheFoot(t *testing.T) {
	m, _ := testModel(120, 30, Options{Break: neverBreak})
	helped := map[string]bool{}
	for _, g := range m.keys.help() {
		for _, b := range g.keys {
			for _, k := range b.Keys() {
				helped[k] = true
			}
		}
	}
	for _, b := range m.keys.table() {
		if !helped[b.Keys()[0]] {
			t.Errorf("no help for %q", b.Help().Key)
		}
	}
}

func TestHelpSearch(t *testing.T) {
	m, _ := testModel(80, 24, Options{Break: neverBreak})
	m.take(reporttest.Scanned(reporttest.Fleet(30)))
	m.typed("?", "G", "/", "q", "backspace", "P", "i", "d", "f", "i", "l", "e")
	if text := m.shown(); !strings.Contains(text, "names nobody") || strings.Contains(text, "the daemon is gone") || strings.Contains(text, "rescan") || !strings.Contains(text, "/ Pidfile") {
		t.Errorf("searched:\n%s", text)
	}
	m.typed("enter")
	if m.mode != modeHelp || !strings.Contains(m.shown(), "esc shows all") {
		t.Errorf("the search is not kept:\n%s", m.shown())
	}
	m.typed("/", "x", "x")
	if text := m.shown(); !strings.Contains(text, "nothing in the help has this") {
		t.Errorf("found:\n%s", text)
	}
	m.typed("esc")
	if text := m.shown(); m.mode != modeHelp || !strings.Contains(text, "half a page") {
		t.Errorf("esc does not show all:\n%s", text)
	}
	m.typed("esc")
	if m.mode != modeTable || !key.Matches(press("?"), m.keys.Help) {
		t.Error("esc does not leave the help")
	}
}

// The keys that the README tells are those that the help has, in its words.
func TestReadmeHasTheKeys(t *testing.T) {
	text, err := os.ReadFile("../README.md")
	must(t, err)
	_, section, _ := strings.Cut(string(text), "\n## Keys\n")
	section, _, _ = strings.Cut(section, "\n## ")
	var told []string
	for line := range strings.Lines(section) {
		if cells := strings.Split(line, "|"); len(cells) == 5 {
			told = append(told, strings.TrimSpace(cells[1])+": "+strings.TrimSpace(cells[2]))
		}
	}
	want := []string{"key: does", "---: ---"}
	keys := newKeyMap(false)
	for _, group := range keys.help() {
		for _, b := range group.keys {
			want = append(want, b.Help().Key+": "+b.Help().Desc)
		}
	}
	if got, want := strings.Join(told, "\n"), strings.Join(want, "\n"); got != want {
		t.Errorf("the README tells:\n%s\nthe help:\n%s", got, want)
	}
}
