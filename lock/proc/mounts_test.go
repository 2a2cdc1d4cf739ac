package proc

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

const mountinfo = `22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
23 22 0:21 / /proc rw,nosuid - proc proc rw
30 22 0:40 / /srv rw - btrfs /dev/vdb rw,subvolid=5,subvol=/
31 30 0:40 /tenants/1 /srv/a\040b rw,nodev shared:2 master:1 - btrfs /dev/vdb rw,subvolid=256
32 30 8:1 / /srv/a\040b rw - xfs /dev/sda1 rw
33 22 8:1 /deep/er /srv2 rw - xfs /dev/sda1 rw
34 22 0:50 / /merged rw - overlay overlay rw,lowerdir=/l1:/l2,upperdir=/u,workdir=/w
35 22 0:60 / /back\134slash rw - tmpfs - rw
36 22 0:61 / /min rw - tmpfs none
`

func TestMounts(t *testing.T) {
	mounts, err := ParseMounts(strings.NewReader(mountinfo))
	if err != nil || len(mounts) != 9 {
		t.Fatalf("%+v, %v", mounts, err)
	}
	want := Mount{ID: 34, Dev: unix.Mkdev(0, 50), Root: "/", Point: "/merged", FSType: "overlay",
		Options: "rw,lowerdir=/l1:/l2,upperdir=/u,workdir=/w"}
	if mounts[6] != want {
		t.Errorf("%+v, want %+v", mounts[6], want)
	}
	vda, vdb, sda := unix.Mkdev(254, 0), unix.Mkdev(0, 40), unix.Mkdev(8, 1)
	for name, want := range map[string]Place{
		"/":                {vda, "/"},
		"/home/x":          {vda, "/home/x"},
		"/srv":             {vdb, "/"},
		"/srv/b":           {vdb, "/b"},
		"/srv/a b":         {sda, "/"}, // the later mount covers the earlier
		"/srv/a b/.x":      {sda, "/.x"},
		"/srv/a bc":        {vdb, "/a bc"},
		"/srv2/y":          {sda, "/deep/er/y"},
		"/srv22":           {vda, "/srv22"},
		`/back\slash/x`:    {unix.Mkdev(0, 60), "/x"},
		"/new\nline\xff":   {vda, "/new\nline\xff"},
		"/srv2 (deleted)":  {vda, "/srv2 (deleted)"},
		"/srv2/ (deleted)": {sda, "/deep/er/ (deleted)"},
	} {
		if got, ok := mounts.Place(name); got != want || !ok {
			t.Errorf("Place(%q) = %+v, %v, want %+v", name, got, ok, want)
		}
	}
	for _, name := range []string{"socket:[4711]", "pipe:[4711]", "anon_inode:[eventpoll]", "srv"} {
		if got, ok := mounts.Place(name); ok {
			t.Errorf("Place(%q) = %+v", name, got)
		}
	}
	if got, ok := Mounts(nil).Place("/"); ok {
		t.Errorf("a place without mounts: %+v", got)
	}
}

func TestParseMountsRefuses(t *testing.T) {
	for _, line := range []string{
		"22 1 254:0 / / rw", "22 1 254:0 / / rw -", "22 1 254:0 / rw - ext4 /dev/vda rw", "x 1 254:0 / / rw - ext4 /dev/vda rw",
		"22 1 254 / / rw - ext4 /dev/vda rw", "22 1 254:x / / rw - ext4 /dev/vda rw", "22 1 -1:0 / / rw - ext4 /dev/vda rw",
		"garbage", " - ",
	} {
		if mounts, err := ParseMounts(strings.NewReader(mountinfo + line + "\n")); err == nil {
			t.Errorf("%q: %+v", line, mounts[len(mounts)-1])
		}
	}
}

func TestPlaceBelow(t *testing.T) {
	for _, test := range []struct {
		place, dir Place
		want       bool
	}{
		{Place{Dev: 1, Path: "/data"}, Place{Dev: 1, Path: "/data"}, true},
		{Place{Dev: 1, Path: "/data/x/y"}, Place{Dev: 1, Path: "/data"}, true},
		{Place{Dev: 1, Path: "/data"}, Place{Dev: 1, Path: "/"}, true},
		{Place{Dev: 1, Path: "/"}, Place{Dev: 1, Path: "/"}, true},
		{Place{Dev: 2, Path: "/data/x"}, Place{Dev: 1, Path: "/data"}, false},
		{Place{Dev: 1, Path: "/data2"}, Place{Dev: 1, Path: "/data"}, false},
		{Place{Dev: 1, Path: "/dat"}, Place{Dev: 1, Path: "/data"}, false},
		{Place{Dev: 1, Path: "/"}, Place{Dev: 1, Path: "/data"}, false},
		{Place{Dev: 1, Path: "/other/data"}, Place{Dev: 1, Path: "/data"}, false},
	} {
		if got := test.place.Below(test.dir); got != test.want {
			t.Errorf("%+v.Below(%+v) = %v", test.place, test.dir, got)
		}
	}
}

// A directory has a path for each mount that shows it, unless another mount covers that.
func TestMountsNames(t *testing.T) {
	mounts, err := ParseMounts(strings.NewReader(mountinfo))
	if err != nil {
		t.Fatal(err)
	}
	vdb, sda := unix.Mkdev(0, 40), unix.Mkdev(8, 1)
	for place, want := range map[Place][]string{
		{vdb, "/"}:               {"/srv"},
		{vdb, "/tenants/1/data"}: {"/srv/tenants/1/data"}, // at /srv/a b there is another
		{sda, "/deep/er/x"}:      {"/srv/a b/deep/er/x", "/srv2/x"},
		{sda, "/deep/erst"}:      {"/srv/a b/deep/erst"},
		{unix.Mkdev(9, 9), "/"}:  nil,
	} {
		if got := mounts.Names(place); !slices.Equal(got, want) {
			t.Errorf("%+v is called %q, want %q", place, got, want)
		}
	}
}

func TestMountsBelow(t *testing.T) {
	mounts, err := ParseMounts(strings.NewReader(mountinfo + "40 22 0:5 / /dev rw - devtmpfs dev rw\n"))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string][]int{
		"/":        {30, 31, 32, 33, 34, 35, 36}, // neither /proc nor /dev
		"/srv":     {31, 32},
		"/srv/a b": nil,
		"/sr":      nil,
		"/proc":    nil,
	} {
		var got []int
		for _, m := range mounts.Below(name) {
			got = append(got, m.ID)
		}
		if !slices.Equal(got, want) {
			t.Errorf("below %s: %v, want %v", name, got, want)
		}
	}
}

func TestMountsSame(t *testing.T) {
	a, b := Mounts{{ID: 1}, {ID: 2}}, Mounts{{ID: 3}}
	if !a.Same(Mounts{{ID: 1}}) || a.Same(b) || a.Same(nil) || Mounts(nil).Same(nil) {
		t.Error("namespaces are told apart by the first mount")
	}
}

// escape escapes a path as the kernel does in mountinfo.
var escape = strings.NewReplacer(" ", `\040`, "\t", `\011`, "\n", `\012`, `\`, `\134`, "#", `\043`)

func FuzzParseMounts(f *testing.F) {
	f.Add(mountinfo, "/srv/a b", "/x")
	f.Add("1 0 0:1 / / rw - \n", "/back\\slash\\040", "/new\nline\r\v\xff")
	f.Add(strings.Repeat("9", 70000), "/", "/")
	f.Fuzz(func(t *testing.T, text, point, root string) {
		if mounts, err := ParseMounts(strings.NewReader(text)); err == nil {
			for _, m := range mounts {
				mounts.Place(m.Point)
			}
		}
		if !strings.HasPrefix(point, "/") || !strings.HasPrefix(root, "/") {
			return // the kernel prints no such path
		}
		line := fmt.Sprintf("31 30 8:1 %s %s rw - ext4 /dev/sda1 rw\n", escape.Replace(root), escape.Replace(point))
		mounts, err := ParseMounts(strings.NewReader(line))
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		if len(mounts) != 1 || mounts[0].Root != root || mounts[0].Point != point {
			t.Fatalf("%q: %+v, want %q on %q", line, mounts, root, point)
		}
	})
}
