package proc

import (
	"slices"
	"strings"
	"testing"
)

func TestBoundSockets(t *testing.T) {
	const table = "Num       RefCount Protocol Flags    Type St Inode Path\n" +
		"000000006188301c: 00000002 00000000 00010000 0001 01 22618518 /run/x.sock\n" +
		"0000000075239e77: 00000003 00000000 00000000 0001 03  1587\n" +
		"0000000075239e78: 00000003 00000000 00000000 0001 03    12 /data/a b \n" +
		"0000000075239e79: 00000002 00000000 00010000 0001 01 13 @abstract\n" +
		"0000000075239e7a: 00000002 00000000 00010000 0001 01 14 s\n" +
		"0000000075239e7b: 00000002 00000000 00010000 0001 01 15 /data/new\n\nline\n" +
		"0000000075239e7c: 00000003 00000000 00000000 0001 03 16\n"
	want := []boundSocket{
		{"socket:[22618518]", "/run/x.sock"},
		{"socket:[12]", "/data/a b "},
		{"socket:[14]", "s"},
		{"socket:[15]", "/data/new\n\nline"},
	}
	if got := boundSockets([]byte(table)); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func FuzzBoundSockets(f *testing.F) {
	f.Add("/data/x")
	f.Add("\nx")
	f.Add("x\n0000000075239e7b: 00000002 00000000 00010000 0001 01 15 /data")
	f.Fuzz(func(t *testing.T, path string) {
		line := "0000000075239e7b: 00000002 00000000 00010000 0001 01    15 "
		got := boundSockets([]byte(line + path + "\n"))
		if path == "" || path[0] == '@' {
			return
		}
		if len(got) == 0 || !strings.HasPrefix(path, got[0].path) || !strings.Contains(path, "\n") && got[0].path != path {
			t.Errorf("%q of %q", got, path)
		}
	})
}
