package cli

import (
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

func isTerminal(f interface{ Fd() uintptr }) bool {
	_, err := unix.IoctlGetTermios(int(f.Fd()), unix.TCGETS)
	return err == nil
}

// enabled reports whether to use colour. A NO_COLOR that is not empty turns it off (no-color.org), unless
// the user says "always".
func (c color) enabled(terminal bool) bool {
	switch c.when {
	case "always":
		return true
	case "never":
		return false
	}
	return terminal && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}

// columnsOf returns the width of a terminal in cells: the terminal's own, or else $COLUMNS. It is 0 if
// neither tells, or if f is no terminal.
func columnsOf(f interface{ Fd() uintptr }) int {
	if !isTerminal(f) {
		return 0
	}
	if size, err := unix.IoctlGetWinsize(int(f.Fd()), unix.TIOCGWINSZ); err == nil && size.Col > 0 {
		return int(size.Col)
	}
	n, _ := strconv.Atoi(os.Getenv("COLUMNS"))
	return max(n, 0)
}
