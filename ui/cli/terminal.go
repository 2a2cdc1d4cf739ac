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

// on reports whether to use colour. NO_COLOR, when not empty, speaks against it
// unless the user says "always".
func (c color) on(terminal bool) bool {
	switch c.when {
	case "always":
		return true
	case "never":
		return false
	}
	return terminal && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}

// columnsOf is how wide a terminal is, 0 if it is none or does not know and $COLUMNS does
// not tell either.
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
