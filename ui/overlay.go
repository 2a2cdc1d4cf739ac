package ui

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"lockscope/ui/show"
)

// overlay puts a box in the middle of lines, in place.
func (m *model) overlay(lines, box []string) {
	w := 0
	for _, line := range box {
		w = max(w, show.Width(line))
	}
	left := overlayStart(m.width, w)
	top := overlayStart(len(lines), len(box))
	for i, line := range box {
		if top+i < len(lines) {
			below := lines[top+i]
			lines[top+i] = show.Pad(ansi.TruncateWc(below, left, ""), left) + line +
				strings.Repeat(" ", max(w-show.Width(line), 0)) + ansi.TruncateLeftWc(below, left+w, "")
		}
	}
}

// overlayStart is where a box begins in the middle of a space.
func overlayStart(space, box int) int { return max((space-box)/2, 0) }
