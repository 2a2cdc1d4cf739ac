package ui

import (
	"os"

	xterm "github.com/charmbracelet/x/term"
)

// keyboard is the terminal that the keys come from. It calls gone when there are no more: Bubble
// Tea's reader says nothing at the end of a terminal. The file is embedded because Bubble Tea knows
// a terminal by its methods.
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

// findKeyboard is stdin or, if that is no terminal, the controlling one, which it opened and which
// is to be closed.
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
