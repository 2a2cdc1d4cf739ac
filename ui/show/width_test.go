package show

import (
	"strings"
	"testing"
	"unicode"

	"lockscope/scan/report"
)

func TestShortenMiddle(t *testing.T) {
	for _, test := range []struct {
		text string
		w    int
		want string
	}{
		{"eu/shard-03/data", 16, "eu/shard-03/data"},
		{"eu/shard-03/data", 9, "eu/s…data"},
		{"eu/shard-03/data", 2, "eu"},
		{"eu/shard-03/data", 0, ""},
		{"漢字漢字", 8, "漢字漢字"},
		{"漢字漢字", 7, "漢…字"}, // one that straddles the cut is left out
	} {
		if got := ShortenMiddle(test.text, test.w, "…"); got != test.want {
			t.Errorf("%q in %d: %q, want %q", test.text, test.w, got, test.want)
		}
	}
}

// FuzzWidth checks that nothing is wider than it may be, nor narrower than it has to be.
func TestWrap(t *testing.T) {
	for _, test := range []struct {
		text string
		w    int
		want string
	}{
		{"", 9, ""},
		{"look at /srv/web-01/kv-data instead", 24, "look at\n/srv/web-01/kv-data\ninstead"},
		{"see --hosts-file", 9, "see\n--hosts-f\nile"}, // which is longer than a line
		{"see /srv/tenants/us/shard-11/tenant-1180/data", 16, "see\n/srv/tenants/us/\nshard-11/\ntenant-1180/data"},
		{"a – b - c", 5, "a – b\n- c"},
	} {
		if got := strings.Join(Wrap(test.text, test.w), "\n"); got != test.want {
			t.Errorf("%q in %d cells:\n%s\nwant\n%s", test.text, test.w, got, test.want)
		}
	}
}

func FuzzWidth(f *testing.F) {
	f.Add("eu/shard-03/tenant-0412/data", 12)
	f.Add("漢字e\u0301👍", 3)
	f.Add("0\u0b57", 1) // a mark that is a cell wide for some, and none for others
	f.Fuzz(func(t *testing.T, text string, w int) {
		if w < 0 || w > 300 {
			return
		}
		text = report.Escape(text)
		for name, got := range map[string]string{"Shorten": Shorten(text, w, "…"), "ShortenMiddle": ShortenMiddle(text, w, "…")} {
			if Width(got) > w {
				t.Errorf("%s of %q to %d: %q", name, text, w, got)
			}
		}
		for _, line := range Wrap(text, w) {
			ascii := !strings.ContainsFunc(text, func(r rune) bool { return r > unicode.MaxASCII }) // marks are not parted from what they mark
			if ascii && Width(line) > max(w, 1) || strings.Contains(line, wholeHyphen) {
				t.Errorf("a line of %q in %d cells: %q", text, w, line)
			}
		}
		if got := Width(Spread(text, "end", w)); got > max(w, 4) {
			t.Errorf("Spread of %q over %d has %d cells", text, w, got)
		}
		for name, got := range map[string]string{"Pad": Pad(text, w), "PadLeft": PadLeft(text, w)} {
			if Width(got) < w || !strings.Contains(got, text) {
				t.Errorf("%s of %q to %d: %q", name, text, w, got)
			}
		}
	})
}
