package main

import (
	"io"
	"os"
	"slices"
	"testing"
)

// On a terminal that is not UTF-8 no byte goes out that is not ASCII: not on the screen, and
// not in the table.
func TestLocaleOfTerminal(t *testing.T) {
	root := staleTree(t, "\u015b2J")
	for _, test := range []struct {
		locale string
		args   []string
		ascii  bool
	}{
		{"C", nil, true},
		{"C", []string{"--once"}, true},
		{"C", []string{"--ascii=false"}, false},
		{"C.UTF-8", nil, false},
		{"C.UTF-8", []string{"--ascii"}, true},
		{"C.UTF-8", []string{"--ascii", "--once"}, true},
	} {
		to := terminalEnds(t)
		cmd := command(append(test.args, "--timeout", "1m", root)...)
		cmd.Env = append(os.Environ(), "TERM=vt220", "LC_ALL="+test.locale)
		cmd.Stdin, cmd.Stdout, cmd.Stderr = to.writer, to.writer, to.writer
		startInSession(t, cmd)
		to.writer.Close()
		seen := readUntil(t, to.reader, "2J")
		if !slices.Contains(test.args, "--once") {
			write(t, to.reader, "q")
		}
		rest, _ := io.ReadAll(terminalOutput{to.reader}) // EIO: the command has ended
		seen = append(seen, rest...)
		exitStatus(t, cmd)
		if ascii := !slices.ContainsFunc(seen, func(c byte) bool { return c >= 0x80 }); ascii != test.ascii {
			t.Errorf("%s %q: ASCII alone is %t:\n%q", test.locale, test.args, ascii, seen)
		}
	}
}
