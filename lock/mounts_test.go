//go:build linux

package lock_test

import (
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"lockscope/lock"
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
	mounts, err := lock.ParseMounts(strings.NewReader(mountinfo))
	if err != nil || len(mounts) != 9 {
		t.Fatalf("%+v, %v", mounts, err)
	}
	want := lock.Mount{ID: 34, Dev: unix.Mkdev(0, 50), Root: "/", Point: "/merged", FSType: "overlay",
		Options: "rw,lowerdir=/l1:/l2,upperdir=/u,workdir=/w"}
	if mounts[6] != want {
		t.Errorf("%+v, want %+v", mounts[6], want)
	}
	vda, vdb, sda := unix.Mkdev(254, 0), unix.Mkdev(0, 40), unix.Mkdev(8, 1)
	for name, want := range map[string]lock.Place{
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
	if got, ok := lock.Mounts(nil).Place("/"); ok {
		t.Errorf("a place without mounts: %+v", got)
	}
}

func TestParseMountsRefuses(t *testing.T) {
	for _, line := range []string{
		"22 1 254:0 / / rw", "22 1 254:0 / / rw -", "22 1 254:0 / rw - ext4 /dev/vda rw", "x 1 254:0 / / rw - ext4 /dev/vda rw",
		"22 1 254 / / rw - ext4 /dev/vda rw", "22 1 254:x / / rw - ext4 /dev/vda rw", "22 1 -1:0 / / rw - ext4 /dev/vda rw",
		"garbage", " - ",
	} {
		if mounts, err := lock.ParseMounts(strings.NewReader(mountinfo + line + "\n")); err == nil {
			t.Errorf("%q: %+v", line, mounts[len(mounts)-1])
		}
	}
}

func TestPlaceBelow(t *testing.T) {
	for _, test := range []struct {
		place, dir lock.Place
		want       bool
	}{
		{lock.Place{Dev: 1, Path: "/data"}, lock.Place{Dev: 1, Path: "/data"}, true},
		{lock.Place{Dev: 1, Path: "/data/x/y"}, lock.Place{Dev: 1, Path: "/data"}, true},
		{lock.Place{Dev: 1, Path: "/data"}, lock.Place{Dev: 1, Path: "/"}, true},
		{lock.Place{Dev: 1, Path: "/"}, lock.Place{Dev: 1, Path: "/"}, true},
		{lock.Place{Dev: 2, Path: "/data/x"}, lock.Place{Dev: 1, Path: "/data"}, false},
		{lock.Place{Dev: 1, Path: "/data2"}, lock.Place{Dev: 1, Path: "/data"}, false},
		{lock.Place{Dev: 1, Path: "/dat"}, lock.Place{Dev: 1, Path: "/data"}, false},
		{lock.Place{Dev: 1, Path: "/"}, lock.Place{Dev: 1, Path: "/data"}, false},
		{lock.Place{Dev: 1, Path: "/other/data"}, lock.Place{Dev: 1, Path: "/data"}, false},
	} {
		if got := test.place.Below(test.dir); got != test.want {
			t.Errorf("%+v.Below(%+v) = %v", test.place, test.dir, got)
		}
	}
}

func TestParseStatus(t *testing.T) {
	const text = "Name:\tNSpid: 7\\nUid:\nUmask:\t0022\nState:\tS (sleeping)\nTgid:\t9034\nPid:\t9034\n" +
		"Uid:\t0\t65534\t0\t0\nGid:\t1\t2\t3\t4\nNStgid:\t9034\t12\t1\nNSpid:\t9034\t12\t1\nNSpgid:\t9\t8\t7\n"
	if got, want := lock.ParseStatus([]byte(text)), (lock.Status{UID: "65534", TGID: 9034, NSPID: 1}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	for _, text := range []string{"", "NSpid:", "NSpid:\tx\n", "Uid:\t0\n", "\n\n:::\n"} {
		if got := lock.ParseStatus([]byte(text)); got != (lock.Status{}) {
			t.Errorf("ParseStatus(%q) = %+v", text, got)
		}
	}
}
