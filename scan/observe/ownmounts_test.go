package observe

import (
	"slices"
	"testing"

	"lockscope/lock/proc"
)

// A change of the mounts matters where it is on the way to a root or below one.
func TestMayMatter(t *testing.T) {
	mounts := proc.Mounts{
		{ID: 1, Dev: 1, Root: "/", Point: "/"},
		{ID: 2, Dev: 2, Root: "/", Point: "/srv"},
		{ID: 3, Dev: 3, Root: "/", Point: "/srv/data/disk"},
		{ID: 4, Dev: 4, Root: "/", Point: "/run/other"},
	}
	roots := []string{"/srv/data"}
	for name, tt := range map[string]struct {
		with   proc.Mount
		matter bool
	}{
		"over the root":            {proc.Mount{ID: 9, Point: "/srv/data"}, true},
		"above it":                 {proc.Mount{ID: 9, Point: "/srv"}, true},
		"below it":                 {proc.Mount{ID: 9, Point: "/srv/data/disk/x"}, true},
		"elsewhere":                {proc.Mount{ID: 9, Point: "/run/c1", FSType: "tmpfs"}, false},
		"beside it by a like name": {proc.Mount{ID: 9, Point: "/srv/database"}, false},
	} {
		more := append(slices.Clone(mounts), tt.with)
		if came, went := mayMatter(mounts, more, roots), mayMatter(more, mounts, roots); came != tt.matter || went != tt.matter {
			t.Errorf("%s: come %v, gone %v", name, came, went)
		}
	}
	other := slices.Clone(mounts)
	other[2].Dev = 5
	if !mayMatter(mounts, other, roots) || mayMatter(mounts, slices.Clone(mounts), roots) {
		t.Error("another file system at a point is a change, and the same one is none")
	}
}
