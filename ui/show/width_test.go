package show

import (
	"slices"
	"strings"
	"testing"

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

// A line ends at a space. No word is broken that has room on a line: neither a path nor a flag.
func TestWrap(t *testing.T) {
	for _, test := range []struct {
		text string
		w    int
		want []string
	}{
		{"", 10, nil},
		{"use --read-only there", 12, []string{"use", "--read-only", "there"}},
		{"ps -o pid,ppid -p 8121", 16, []string{"ps -o pid,ppid", "-p 8121"}},
		{"see /srv/tenant-0412/data now", 20, []string{"see", "/srv/tenant-0412/", "data now"}},
		{"see /srv/tenant-0412/data now", 21, []string{"see", "/srv/tenant-0412/data", "now"}},
		{"  1 a  2 b  3 c", 7, []string{"  1 a", "2 b  3", "c"}},
		{"one\ntwo three", 5, []string{"one", "two", "three"}},
		{"漢字漢字 x", 4, []string{"漢字", "漢字", "x"}},
		{"ab", 0, []string{"a", "b"}},
	} {
		if got := Wrap(test.text, test.w); !slices.Equal(got, test.want) {
			t.Errorf("%q in %d: %q, want %q", test.text, test.w, got, test.want)
		}
	}
}

// FuzzWidth checks that nothing is wider than it may be, nor narrower than it has to be.
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
			if Width(line) > max(w, 2) {
				t.Errorf("Wrap of %q to %d: %q", text, w, line)
			}
		}
		if got, want := strings.Join(Wrap(text, w), ""), strings.ReplaceAll(text, " ", ""); strings.ReplaceAll(got, " ", "") != want {
			t.Errorf("Wrap of %q to %d: %q", text, w, got)
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
