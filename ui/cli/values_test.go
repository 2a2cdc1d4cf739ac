package cli

import "testing"

func TestColorOn(t *testing.T) {
	for _, test := range []struct {
		when     string
		terminal bool
		noColor  string
		term     string
		want     bool
	}{
		{"auto", true, "", "xterm", true},
		{"auto", false, "", "xterm", false},
		{"auto", true, "1", "xterm", false},
		{"auto", true, "", "dumb", false},
		{"always", false, "1", "dumb", true},
		{"never", true, "", "xterm", false},
	} {
		t.Setenv("NO_COLOR", test.noColor)
		t.Setenv("TERM", test.term)
		if got := (color{test.when}).enabled(test.terminal); got != test.want {
			t.Errorf("%+v: got %v", test, got)
		}
	}
}
