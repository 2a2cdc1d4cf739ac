package scan

import (
	"testing"

	"lockscope/lock"
)

// A directory that two paths lead to is known by the one that comes first in order, whichever is found first.
func TestAliases(t *testing.T) {
	for _, test := range []struct {
		name  string
		known string // a path of the directory, where it is known by one
		path  string // by which it was found now
		other string // by which it is known no longer
		alias bool   // it goes on to be known by the other
	}{
		{"the first path", "", "/srv/b/kv", "", false},
		{"the same path", "/srv/b/kv", "/srv/b/kv", "", false},
		{"one that comes later", "/srv/b/kv", "/srv/c/kv", "", true},
		{"one that comes earlier", "/srv/b/kv", "/srv/a/kv", "/srv/b/kv", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			var rs records
			if test.known != "" {
				addFree(&rs, test.known, 7)
			}
			addFree(&rs, "/srv/0/other", 8)
			if other, alias := rs.claim(dirID(7), test.path); other != "" || alias {
				t.Errorf("%q, %t though no mount makes that possible", other, alias)
			}
			rs.trackAliases(true)
			for range 2 { // the second time it is known by the path, or another
				if other, alias := rs.claim(dirID(7), test.path); other != test.other || alias != test.alias {
					t.Fatalf("%q, %t; want %q, %t", other, alias, test.other, test.alias)
				}
				if !test.alias {
					rs.remove(test.other)
					test.other = ""
				}
			}
			rs.trackAliases(false)
			if other, alias := rs.claim(dirID(7), "/srv/z"); other != "" || alias {
				t.Errorf("%q, %t though no mount makes that possible any more", other, alias)
			}
		})
	}
}

// Whatever it was known by before, a directory is known by one path.
func TestAliasMoves(t *testing.T) {
	var rs records
	addFree(&rs, "/srv/b", 7)
	rs.trackAliases(true)
	if other, alias := rs.claim(dirID(7), "/srv/a"); other != "/srv/b" || alias {
		t.Errorf("%q, %t", other, alias)
	}
	addFree(&rs, "/srv/a", 7)
	if other, alias := rs.claim(dirID(7), "/srv/aa"); other != "" || !alias {
		t.Errorf("%q, %t", other, alias)
	}
	// What cannot be identified may be any.
	addFree(&rs, "/srv/d", 9).report.Evidence.Dir = lock.FileID{}
	if other, alias := rs.claim(lock.FileID{}, "/srv/d"); other != "" || alias {
		t.Errorf("%q, %t", other, alias)
	}
	if other, alias := rs.claim(lock.FileID{}, "/srv/e"); other != "" || alias {
		t.Errorf("%q, %t", other, alias)
	}
}

// A path by which a directory is known no longer keeps no other from it.
func TestAliasOfGone(t *testing.T) {
	var rs records
	addFree(&rs, "/srv/a", 7)
	rs.trackAliases(true)
	if _, alias := rs.claim(dirID(7), "/srv/b"); !alias {
		t.Error("it is known by a path that comes first")
	}
	rs.remove("/srv/a")
	if other, alias := rs.claim(dirID(7), "/srv/b"); other != "" || alias {
		t.Errorf("%q, %t", other, alias)
	}
	// Known by it now, it stays so while account is kept.
	addFree(&rs, "/srv/b", 7)
	rs.trackAliases(true)
	if _, alias := rs.claim(dirID(7), "/srv/c"); !alias {
		t.Error("it is known by a path that comes first")
	}
}

// Where directories are only counted, the first path counts, and has no record.
func TestAliasOfCounted(t *testing.T) {
	var rs records
	rs.counted.on = true
	rs.trackAliases(true)
	if other, alias := rs.claim(dirID(7), "/srv/m"); other != "" || alias {
		t.Errorf("the first: %q, %t", other, alias)
	}
	for _, path := range []string{"/srv/a", "/srv/z"} {
		if other, alias := rs.claim(dirID(7), path); other != "" || !alias {
			t.Errorf("%s: %q, %t", path, other, alias)
		}
	}
}
