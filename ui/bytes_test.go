package ui

import (
	"testing"
)

// TestBytes counts what crosses the wire at 120×40 for what happens most.
func TestBytes(t *testing.T) {
	term := runScreen(t, 120, 40, Options{Color: true})
	term.show(scanned(fleet(1000)))
	term.see("tenant-0412")
	cost := func(what string, most, times int, step func(i int)) {
		t.Helper()
		before := len(term.written())
		for i := range times {
			step(i)
		}
		each := (len(term.written()) - before) / times
		t.Logf("%s: %d bytes", what, each)
		if each > most {
			t.Errorf("%s: %d bytes, want at most %d", what, each, most)
		}
	}
	term.send("jjjjjjjjjjjjj") // to the healthy ones
	term.see("14 of 1,012")
	place := func(i int) string { return " " + count(i) + " of 1,012" }
	cost("cursor down", 400, 8, func(i int) {
		term.send("j")
		term.see(place(15 + i))
	})
	term.send("G")
	term.see(place(1012))
	cost("scroll by one line", 400, 1, func(int) {
		term.send("k")
		term.see(place(1011))
	})
	term.send("g")
	term.see(place(1))
	changed := troubled[4]
	changed.pid = 4242
	cost("one row changes", 600, 1, func(int) {
		term.show(scanned(changes(changed)))
		term.see("4242")
	})
}
