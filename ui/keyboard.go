package ui

import (
	"errors"
	"os"
	"syscall"

	tea "charm.land/bubbletea/v2"
	xterm "github.com/charmbracelet/x/term"
)

// Errors of Run. With the first two there was no screen, and the results can be printed.
var (
	ErrDumbTerminal = errors.New("this terminal cannot show a screen (TERM is dumb or not set)")
	ErrNoKeyboard   = errors.New("there is no keyboard for a screen: standard input is no terminal, and there is no controlling one")
	ErrTerminalGone = errors.New("the terminal is gone")
)

// keyboard is the terminal that the keys come from. It says when it gives no more:
// the reader of the library passes over the end of a terminal in silence.
type keyboard struct {
	*os.File
	gone func()
}

func (k keyboard) Read(p []byte) (int, error) {
	n, err := k.File.Read(p)
	if err != nil {
		k.gone()
	}
	return n, err
}

// findKeyboard is stdin, or if that is no terminal, the controlling one, which is
// to be closed.
func findKeyboard(stdin *os.File) (keys *os.File, opened bool, err error) {
	if xterm.IsTerminal(stdin.Fd()) {
		return stdin, false, nil
	}
	keys, err = os.OpenFile("/dev/tty", os.O_RDWR, 0)
	if err != nil {
		return nil, false, ErrNoKeyboard
	}
	return keys, true, nil
}

// terminalError says what the library's error means to one who does not know the library.
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
