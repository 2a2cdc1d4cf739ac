package ui

import (
	"sync/atomic"

	"charm.land/bubbles/v2/key"

	"lockscope/ui/list"
)

// frame is what a screen shows that a key or a click may be about.
type frame struct {
	content string
	cursor  *list.Row     // the row under the cursor; nil where the table is covered
	window  []*list.Row   // the rows in sight
	keys    []key.Binding // at the foot
	dialog  *dialog       // whose question can be read, with all that it takes to answer
	buttons int           // the line of the dialog's buttons; 0 = there are none
}

// frames are the last frame that was built, and the last that went to the terminal. Between the two
// pass up to 33 ms, in which rows move: what a user acts on is what was drawn.
//
// A frame that is built while the one before is being written is taken for drawn by that write: a
// frame too early, which nobody can react to.
type frames struct{ built, drawn atomic.Pointer[frame] }

// seen is the last frame that the user can have seen. One that looks the same is never written.
func (f *frames) seen() *frame {
	built, drawn := f.built.Load(), f.drawn.Load()
	switch {
	case drawn == nil:
		return &frame{}
	case built.content == drawn.content:
		return built
	}
	return drawn
}

// frame is the frame with this content.
func (m *model) frame(content string) *frame {
	f := &frame{content: content, keys: m.footKeys()}
	if m.mode == modeDialog {
		if m.dialogFits() {
			f.dialog, f.buttons = m.dialog, m.buttonsLine()
		}
		return f
	}
	if m.text == nil {
		f.cursor, f.window = m.list.Current(), append(f.window, m.list.Window()...)
	}
	return f
}
