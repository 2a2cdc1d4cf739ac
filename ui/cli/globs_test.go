package cli

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

func TestSplitGlobs(t *testing.T) {
	for given, want := range map[string]struct {
		roots string
		of    globs
	}{
		"/srv /data":                 {"/srv /data", globs{}},
		"/srv/*/data":                {"/srv", globs{"/srv": {"*/data"}}},
		"/srv/*/data /srv/*/log":     {"/srv", globs{"/srv": {"*/data", "*/log"}}},
		"/*/data":                    {"/", globs{"/": {"*/data"}}},
		"/srv/a*":                    {"/srv", globs{"/srv": {"a*"}}},
		"/srv/eu-[0-9]/*/data /data": {"/srv /data", globs{"/srv": {"eu-[0-9]/*/data"}}},
		`/srv/\[a\]`:                 {"/srv", globs{"/srv": {`\[a\]`}}},
		"/srv/*/data /srv":           {"/srv", globs{}}, // which is looked at as a whole
		"/srv/a/*/data /srv":         {"/srv", globs{}},
		"/srv /srv/*":                {"/srv", globs{}},
		"/srv/*/data /srv/a/*/log":   {"/srv", globs{"/srv": {"*/data", "a/*/log"}}},
		"/srv/a/b/?/log /srv/*/data": {"/srv", globs{"/srv": {"a/b/?/log", "*/data"}}},
		"/srv/*/data /srv2/*/data":   {"/srv /srv2", globs{"/srv": {"*/data"}, "/srv2": {"*/data"}}},
		"/srv/*/data /srv/a/data":    {"/srv /srv/a/data", globs{"/srv": {"*/data"}}},
	} {
		roots, of, err := splitGlobs(strings.Fields(given))
		if err != nil || strings.Join(roots, " ") != want.roots || !maps.EqualFunc(of, want.of, slices.Equal) {
			t.Errorf("%s: %q %q, %v", given, roots, of, err)
		}
		again, ofAgain, err := splitGlobs(of.written(roots))
		if err != nil || !maps.EqualFunc(of, ofAgain, slices.Equal) && len(of) > 0 || !slices.Equal(roots, again) {
			t.Errorf("%s: written as %q, which is %q, %q, %v", given, of.written(roots), again, ofAgain, err)
		}
	}
	if _, _, err := splitGlobs([]string{"/srv/[a"}); err == nil {
		t.Error("[a is a glob")
	}
}

// A directory whose name looks like a glob is written so that it means itself.
func TestWrittenRoot(t *testing.T) {
	const root = `/srv/[a]*?\b`
	roots, of, err := splitGlobs(globs{}.written([]string{root}))
	if err != nil || !slices.Equal(roots, []string{"/srv"}) || !slices.Equal(of["/srv"], []string{`\[a]\*\?\\b`}) {
		t.Errorf("%q, %q, %v", roots, of, err)
	}
}
