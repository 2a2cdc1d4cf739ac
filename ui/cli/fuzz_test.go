package cli

import (
	"slices"
	"testing"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2"

	"lockscope/scan/report"
)

// Whatever a root is, what is written of it in a config file is safe to print, and reads back to the same.
func FuzzTOMLString(f *testing.F) {
	for _, text := range []string{"", "/srv", "a\"b\\c", "\x00\x1b[31m\n\t\u202e", "データ", "\xff", "'''", "\u2028"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		written, err := tomlString(text)
		if (err == nil) != utf8.ValidString(text) {
			t.Fatalf("%q: %v", text, err)
		}
		if err != nil {
			return
		}
		var got struct{ A string }
		if err := toml.Unmarshal([]byte("A = "+written+"\n"), &got); err != nil || got.A != text {
			t.Errorf("%q is written as %s, which is %q, %v", text, written, got.A, err)
		}
		for _, r := range written {
			if r != '\\' && report.Escape(string(r)) != string(r) {
				t.Errorf("%q is written with %q", text, r)
			}
		}
	})
}

// Every path that a glob could be made of means itself again, and no root is lost.
func FuzzSplitGlobs(f *testing.F) {
	f.Add("/srv/*/data", "/srv/[a]")
	f.Add("/", "/*")
	f.Add(`/a\`, "/a/b?/c")
	f.Fuzz(func(t *testing.T, a, b string) {
		roots, of, err := splitGlobs([]string{"/" + a, "/" + b})
		if err != nil {
			return
		}
		if len(roots) == 0 {
			t.Errorf("nothing is left of %q, %q", a, b)
		}
		for root := range of {
			if !slices.Contains(roots, root) {
				t.Errorf("%q has globs, and is none of %q", root, roots)
			}
		}
		literal := "/" + a
		if _, glob := splitGlob(escapeGlob(literal)); glob != "" && !isGlob(literal) {
			t.Errorf("%q became a glob", literal)
		}
	})
}
