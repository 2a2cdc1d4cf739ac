package report

import "testing"

// Kernel threads and zombies have no command line, but a name in brackets,
// which may have anything in it.
func TestProgramInBrackets(t *testing.T) {
	for command, want := range map[string]string{
		"[kworker/u8:2-ext4-rsv-conversion]": "[kworker/u8:2-ext4-rsv-conversion]",
		"[my daemon]":                        "[my daemon]",
		"/opt/kvd --data /srv":               "kvd",
	} {
		if got := Program(aProcess(7, command)); got != want {
			t.Errorf("%s is called %s, want %s", command, got, want)
		}
	}
}
