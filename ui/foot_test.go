package ui

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"lockscope/scan/report/reporttest"
	"lockscope/ui/show"
)

// The foot has every key that there is room for, and help and quit always.
func TestFootShowsWhatFits(t *testing.T) {
	for width := minWidth; width < 260; width++ {
		m, _ := testModel(width, 30, Options{Break: neverBreak})
		m.take(reporttest.Scanned(reporttest.Fleet(10)))
		foot := ansi.Strip(m.footLine())
		room := width - show.Width(foot)
		for _, b := range m.keys.table() {
			text := b.Help().Key + " " + b.Help().Desc
			if !strings.Contains(m.shown(), text) && room >= show.Width(text)+2 {
				t.Errorf("at %d: no %q, though there are %d cells free: %q", width, text, room, foot)
			}
		}
		if room < 0 || !strings.Contains(m.shown(), "? help") || !strings.Contains(m.shown(), "q quit") {
			t.Errorf("at %d: %q", width, foot)
		}
	}
}
