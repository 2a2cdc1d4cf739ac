package ui

import (
	"bytes"
	"context"
	"os"

	"github.com/charmbracelet/x/ansi"
	xterm "github.com/charmbracelet/x/term"
)

// outputFilter is the terminal without the keyboard modes and the queries that the renderer always
// sends. Nothing here needs them. On a slow line the answer to a query comes after the program has
// gone, and lands on the user's prompt; a line that drops leaves the modes set.
//
// The file is embedded because Bubble Tea knows a terminal by its methods.
type outputFilter struct {
	xterm.File
	out    *Output
	frames *frames // learns which were drawn
}

// newOutputFilter is for the terminal f. Once ctx has ended, it gives up writing to one that takes
// nothing.
func newOutputFilter(ctx context.Context, f *os.File, frames *frames) outputFilter {
	out := NewOutput(ctx, f)
	out.grace = leaveGrace
	return outputFilter{f, out, frames}
}

// unwanted are the sequences that are left out. The renderer writes each of them in one write.
var unwanted = [][]byte{
	[]byte(ansi.SetModifyOtherKeys2),
	[]byte(ansi.ResetModifyOtherKeys),
	[]byte(ansi.PushKittyKeyboard(ansi.KittyDisambiguateEscapeCodes)),
	[]byte(ansi.PopKittyKeyboard(1)),
	[]byte(ansi.RequestKittyKeyboard),
	[]byte(ansi.RequestModeSynchronizedOutput),
	[]byte(ansi.RequestModeUnicodeCore),
}

// leaveScreen leaves the alternate screen, and leaveEmpty leaves it empty, the cursor at the top. Where
// tmux was resized meanwhile, it cuts that screen back to its former size, line by line from below the
// cursor, and from the top else: those lines it keeps, above the prompt (alternate off in its screen.c).
var (
	leaveScreen = []byte(ansi.ResetModeAltScreenSaveCursor)
	leaveEmpty  = []byte(ansi.ResetStyle + ansi.CursorHomePosition + ansi.EraseScreenBelow + ansi.ResetModeAltScreenSaveCursor)
)

func (w outputFilter) Write(p []byte) (int, error) {
	out := bytes.ReplaceAll(p, leaveScreen, leaveEmpty)
	for _, seq := range unwanted {
		if bytes.Contains(out, seq) {
			out = bytes.ReplaceAll(out, seq, nil)
		}
	}
	if len(out) == 0 {
		return len(p), nil
	}
	built := w.frames.built.Load()
	if _, err := w.out.Write(out); err != nil {
		return 0, err
	}
	w.frames.drawn.Store(built)
	return len(p), nil
}
