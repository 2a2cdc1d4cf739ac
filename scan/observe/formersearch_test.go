package observe

import (
	"slices"
	"testing"

	"lockscope/lock/proc"
)

// Whatever mount shows a file below a root, its path is below one of these.
func TestPathsInto(t *testing.T) {
	mounts := proc.Mounts{
		{ID: 1, Dev: 1, Root: "/", Point: "/"},
		{ID: 2, Dev: 2, Root: "/", Point: "/disk"},
		{ID: 3, Dev: 2, Root: "/shared", Point: "/srv/shared"},    // a part of /disk
		{ID: 4, Dev: 2, Root: "/shared/deep", Point: "/mnt/deep"}, // a part of that
		{ID: 5, Dev: 1, Root: "/srv/own", Point: "/mnt/own"},      // a part of the root's own
		{ID: 6, Dev: 3, Root: "/", Point: "/elsewhere"},
		{ID: 7, Dev: 2, Root: "/other", Point: "/mnt/other"},
	}
	for _, tt := range []struct{ roots, want []string }{
		{[]string{"/srv"}, []string{"/disk/shared", "/mnt/deep", "/mnt/own", "/srv"}},
		{[]string{"/srv/own/x"}, []string{"/mnt/own/x", "/srv/own/x"}},
		{[]string{"/disk/shared/deep", "/elsewhere"}, []string{"/disk/shared/deep", "/elsewhere", "/mnt/deep", "/srv/shared/deep"}},
		{[]string{"/"}, []string{"/"}},
	} {
		got := pathsInto(mounts, tt.roots)
		if slices.Sort(got); !slices.Equal(got, tt.want) {
			t.Errorf("%v: %v, want %v", tt.roots, got, tt.want)
		}
	}
}
