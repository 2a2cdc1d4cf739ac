package show

import (
	"fmt"
	"strings"
	"testing"
)

func TestShortenAround(t *testing.T) {
	long := "/srv/" + strings.Repeat("a", 40) + "/tenant-%04d/" + strings.Repeat("b", 40) + "/data"
	a, b := fmt.Sprintf(long, 412), fmt.Sprintf(long, 413)
	wide := "/srv/" + strings.Repeat("漢", 20) + "/t-%d/" + strings.Repeat("字", 20)
	name := "/srv/" + strings.Repeat("x", 60) + "%d" + strings.Repeat("y", 60)
	for _, pair := range [][2]string{
		{a, b}, {fmt.Sprintf(wide, 1), fmt.Sprintf(wide, 2)}, {fmt.Sprintf(name, 1), fmt.Sprintf(name, 2)},
		{"/a/b", "/a/c"}, {"/a", "/a/b"}, {"/a/b", "/a"}, {"", "/"}, {a + "1", a + "2"}, {"/1" + a, "/2" + a},
	} {
		at := Apart(pair[0], pair[1])
		for _, mark := range []string{"…", "..."} {
			for w := range 150 {
				x, y := ShortenAround(pair[0], at, w, mark), ShortenAround(pair[1], at, w, mark)
				if Width(x) > w || Width(y) > w {
					t.Errorf("%d cells: %q and %q are wider", w, x, y)
				}
				if w >= 12 && x == y {
					t.Errorf("%d cells: %q and %q look the same", w, pair[0], x)
				}
			}
		}
	}
	if got, want := ShortenAround(a, Apart(a, b), 30, "…"), "/srv/aa…tenant-0412…bbb/data"; !strings.Contains(got, "…tenant-0412…") {
		t.Errorf("%q, want something like %q", got, want)
	}
}

func TestApart(t *testing.T) {
	for _, test := range []struct {
		s      string
		others []string
		want   int
	}{{"abc", nil, 0}, {"abc", []string{"abd", "axx"}, 2}, {"abc", []string{"abc"}, 3}, {"aé", []string{"aè"}, 1}, {"", []string{"a"}, 0}} {
		if got := Apart(test.s, test.others...); got != test.want {
			t.Errorf("Apart(%q, %q) = %d, want %d", test.s, test.others, got, test.want)
		}
	}
}

func TestBreakPath(t *testing.T) {
	for _, test := range []struct {
		path string
		w    int
		want string
	}{{"/a b/c-d  e", 5, "/a b/|c-d  |e"}, {"/a/b", 9, "/a/b"}, {"/漢字", 3, "/漢|字"}, {"漢", 1, "漢"}, {"", 1, ""}} {
		if got := strings.Join(BreakPath(test.path, test.w), "|"); got != test.want {
			t.Errorf("%q in lines of %d: %q, want %q", test.path, test.w, got, test.want)
		}
	}
}
