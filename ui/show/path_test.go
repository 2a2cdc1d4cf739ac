package show

import "testing"

func TestCommonTail(t *testing.T) {
	chars := NewCharset(false)
	for _, test := range []struct {
		paths []string
		want  string
	}{
		{[]string{"/r/eu/a/data", "/r/us/b/data"}, "/data"},
		{[]string{"/r/a/x/data", "/r/b/x/data", "/r/c/x/data"}, "/x/data"},
		{[]string{"/r/a/data", "/r/b/xdata"}, ""}, // whole names alone
		{[]string{"/r/a/data", "/r/data"}, ""},    // something is left of each
		{[]string{"/r/data", "/r/a/data"}, ""},
		{[]string{"/r", "/r/a/data"}, ""},
		{[]string{"/r/a/data", "/r/b"}, ""},
	} {
		p := NewPaths([]string{"/r"}, &chars)
		tail := p.Tail(test.paths[0])
		for _, path := range test.paths {
			tail = p.CommonTail(tail, path)
		}
		if tail != test.want {
			t.Errorf("%v: %q, want %q", test.paths, tail, test.want)
		}
	}
	p := NewPaths([]string{"/r"}, &chars)
	if got, want := p.Without("/data", "/r/eu/a/data"), "eu/a"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// What tells a path from those beside it is its last name.
func TestShortenPath(t *testing.T) {
	for _, test := range []struct {
		w    int
		want string
	}{
		{40, "eu/shard-03/tenant-0412"},
		{22, "eu/shard-…/tenant-0412"},
		{16, "eu/…/tenant-0412"},
		{15, "eu/shar…nt-0412"},
		{1, "e"},
	} {
		if got := ShortenPath("eu/shard-03/tenant-0412", "data", test.w, "…"); got != test.want {
			t.Errorf("in %d: %q, want %q", test.w, got, test.want)
		}
	}
	for w, want := range map[int]string{
		28: "eu/shard-03/tenant-0412/data", 27: "eu/shard-03/tenant-0412/…", 23: "eu/shard…/tenant-0412/…",
		18: "eu/…/tenant-0412/…", 12: "eu/s…-0412/…", 5: "eu…ta",
	} {
		if got := ShortenPath("eu/shard-03/tenant-0412/data", "data", w, "…"); got != want {
			t.Errorf("in %d: %q, want %q", w, got, want)
		}
	}
}
