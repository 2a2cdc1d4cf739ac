package main

import (
	"io"
	"os"
	"slices"
	"testing"
)

func TestUTF8Locale(t *testing.T) {
	for _, test := range []struct {
		all, ctype, lang string
		want             bool
	}{
		{"", "", "", false},
		{"", "", "C", false},
		{"", "", "POSIX", false},
		{"", "", "C.UTF-8", true},
		{"", "", "en_US.utf8", true},
		{"", "", "de_DE.UTF-8@euro", true},
		{"", "", "de_DE@euro", false},
		{"", "", "pl_PL.ISO-8859-2", false},
		{"", "", "pl_PL", false},
		{"", "UTF-8", "", true},
		{"", "pl_PL.ISO-8859-2", "en_US.UTF-8", false},
		{"C", "en_US.UTF-8", "en_US.UTF-8", false},
		{"C.UTF-8", "C", "C", true},
	} {
		t.Setenv("LC_ALL", test.all)
		t.Setenv("LC_CTYPE", test.ctype)
		t.Setenv("LANG", test.lang)
		if got := utf8Locale(); got != test.want {
			t.Errorf("%+v: got %v", test, got)
		}
	}
}

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
		rest, _ := io.ReadAll(to.reader) // EIO: the command has ended
		seen = append(seen, rest...)
		endOf(t, cmd)
		if ascii := !slices.ContainsFunc(seen, func(c byte) bool { return c >= 0x80 }); ascii != test.ascii {
			t.Errorf("%s %q: ASCII alone is %t:\n%q", test.locale, test.args, ascii, seen)
		}
	}
}
