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

// Nothing listens to other hosts that was not told to.
func TestListenAddress(t *testing.T) {
	for text, want := range map[string]string{
		":9767": "127.0.0.1:9767", "9767": "127.0.0.1:9767", "localhost:0": "localhost:0",
		"0.0.0.0:9767": "0.0.0.0:9767", "[::]:1": "[::]:1", "10.0.0.7:9767": "10.0.0.7:9767",
		"": "", "web-01": "", ":x": "", ":70000": "", "::1:9767": "", "1.2.3.4": "",
	} {
		var a address
		if err := a.UnmarshalText([]byte(text)); a.text != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v, want %q", text, a.text, err, want)
		}
	}
}
