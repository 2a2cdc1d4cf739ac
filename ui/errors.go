package ui

import (
	"errors"
	"os"
	"syscall"

	tea "charm.land/bubbletea/v2"
)

// Errors of Run. With the first two there was no screen, and the results can still be printed.
var (
	ErrDumbTerminal = errors.New("this terminal cannot show a screen (TERM is dumb or not set)")
	ErrNoKeyboard   = errors.New("there is no keyboard for a screen: standard input is no terminal, and there is no controlling one")
	ErrTerminalGone = errors.New("the terminal is gone")
	// ErrBreakHangs: a break was under way at the end, and did not come to its own.
	ErrBreakHangs = errors.New("a stale-break has no answer from the system; what came of it is not known")
)

// terminalError says what an error of Bubble Tea means to someone who does not know it.
func terminalError(err error) error {
	var cause syscall.Errno
	switch {
	case err == nil:
		return nil
	case errors.Is(err, tea.ErrProgramPanic):
		return errors.New("the screen ended by a fault of this program, which is told above")
	case errors.As(err, &cause):
		return &os.PathError{Op: "use", Path: "the terminal", Err: cause}
	}
	return errors.New("the screen could not be shown")
}
