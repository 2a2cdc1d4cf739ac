package list

import (
	"slices"
	"testing"
)

func TestBeside(t *testing.T) {
	paths := []string{"/a", "/a/b", "/a/b-1", "/a/b/c", "/a/b/d", "/a/e", "/z"}
	if !slices.IsSorted(paths) {
		t.Fatal("not in order")
	}
	for path, want := range map[string][]string{
		"/a":     {"/z"},
		"/a/b":   {"/a/b-1", "/a/e"},
		"/a/b-1": {"/a/b", "/a/b/c", "/a/b/c"},
		"/a/b/d": {"/a/b/c", "/a/e", "/a/e"},
		"/z":     {"/a/e"},
	} {
		if got := Beside(paths, slices.Index(paths, path)); !slices.Equal(got, want) {
			t.Errorf("beside %s are %q, want %q", path, got, want)
		}
	}
	if got := Beside([]string{"/a"}, 0); len(got) > 0 {
		t.Errorf("beside the only one are %q", got)
	}
}
