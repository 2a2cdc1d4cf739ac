package ui

import (
	"bytes"
	"context"
	"os"
	"time"

	"github.com/charmbracelet/x/ansi"
	xterm "github.com/charmbracelet/x/term"
)

// wire is the terminal without the keyboard modes and the queries that the
// renderer always sends. Nothing here needs them; and on a slow line the answer to
// a query comes after the program has gone, and lands on the user's prompt,
// and a line that drops leaves the modes set.
type wire struct {
	xterm.File
	out *Output
}

// leaveGrace is how long a slow line may take for what leaves the screen.
const leaveGrace = 2 * time.Second

// newWire gives up writing to a terminal that takes nothing, once ctx has ended.
func newWire(ctx context.Context, f *os.File) wire {
	out := NewOutput(ctx, f)
	out.grace = leaveGrace
	return wire{f, out}
}

// unwanted are sequences that the renderer writes whole, in one write.
var unwanted = [][]byte{
	[]byte(ansi.SetModifyOtherKeys2),
	[]byte(ansi.ResetModifyOtherKeys),
	[]byte(ansi.PushKittyKeyboard(ansi.KittyDisambiguateEscapeCodes)),
	[]byte(ansi.PopKittyKeyboard(1)),
	[]byte(ansi.RequestKittyKeyboard),
	[]byte(ansi.RequestModeSynchronizedOutput),
	[]byte(ansi.RequestModeUnicodeCore),
}

func (w wire) Write(p []byte) (int, error) {
	out := p
	for _, seq := range unwanted {
		if bytes.Contains(out, seq) {
			out = bytes.ReplaceAll(out, seq, nil)
		}
	}
	if len(out) == 0 {
		return len(p), nil
	}
	if _, err := w.out.Write(out); err != nil {
		return 0, err
	}
	return len(p), nil
}
