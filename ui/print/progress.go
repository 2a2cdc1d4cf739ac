package print

import (
	"fmt"
	"io"
	"time"

	"lockscope/scan/report"
	"lockscope/ui/show"
)

// Control sequences by which the line is drawn over itself, and stays one line on a narrow terminal
// (console_codes(4)).
const (
	clearLine = "\r\x1b[K"
	wrapOff   = "\x1b[?7l"
	wrapOn    = "\x1b[?7h"
)

// Progress shows on a terminal how far a scan has come, on one line that is drawn over itself and gone at
// the end. It is not safe for concurrent use.
type Progress struct {
	w     io.Writer
	shown bool
	next  time.Duration // since the start of the walk: when to draw again
}

// NewProgress returns a Progress on a terminal.
func NewProgress(w io.Writer) *Progress {
	return &Progress{w: w, next: progressAfter}
}

// Show draws the line, unless it is too early to. A terminal that cannot be
// written to is no reason to stop a scan, so errors are ignored.
func (p *Progress) Show(now report.Progress) {
	if now.Elapsed < p.next {
		return
	}
	fmt.Fprintf(p.w, clearLine+wrapOff+"scanning: %s found in %s directories, %s"+wrapOn,
		show.Count(now.Found), show.Count(now.Visited), show.Age(now.Elapsed))
	p.shown, p.next = true, now.Elapsed+progressEvery
}

// Clear removes the line, for something else to be written or at the end.
func (p *Progress) Clear() {
	if p.shown {
		io.WriteString(p.w, clearLine)
		p.shown = false
	}
}
