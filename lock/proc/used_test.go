package proc

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func FuzzMappedFiles(f *testing.F) {
	f.Add("/usr/lib/libc.so.6", "[heap]")
	f.Add("/data/a b (deleted)", "")
	f.Add("/data/new\nline /x", "[anon: x]")
	f.Add("/ 7f00-7f01 r--p 00000000 08:01 12 /x", "\x00\xff\x1b[2J")
	f.Add("/", "/SYSV00000000 (deleted)")
	f.Fuzz(func(t *testing.T, path, other string) {
		for name := range bytes.Lines([]byte(other)) {
			for _, got := range mappedFiles(name) {
				if got.path == "" || got.path[0] != '/' {
					t.Fatalf("mappedFiles(%q) names %q", name, got.path)
				}
			}
		}
		if !strings.HasPrefix(path, "/") || strings.Contains(path, `\012`) {
			return // the kernel writes no such path
		}
		maps := fmt.Appendf(nil, "55d0a000-55d0b000 rw-p 00000000 00:00 0                          [heap]\n"+
			"7f12a4000000-7f12a4021000 r-xp 00001000 fe:00 9034%26s%s\n"+
			"7f12a4021000-7f12a4022000 rw-p 00022000 fe:00 9034%26s%[2]s\n"+
			"7f12a4022000-7f12a4023000 rw-p 00000000 00:00 0 \n",
			"", strings.ReplaceAll(path, "\n", `\012`), "")
		if got := mappedFiles(maps); !slices.Equal(got, []mappedFile{{path, true}}) {
			t.Fatalf("mappedFiles(%q) = %v, want %q", maps, got, path)
		}
	})
}

func TestUsed(t *testing.T) {
	f := fixture(t)
	mounts, err := f.Mounts(1)
	if err != nil {
		t.Fatal(err)
	}
	vda, vdb, sda := unix.Mkdev(254, 0), unix.Mkdev(0, 40), unix.Mkdev(8, 1)
	want := []Used{
		{Place: Place{sda, "/"}},         // the working directory
		{Place: Place{vda, "/"}},         // the root
		{Place: Place{vda, "/dev/null"}}, // a device
		{Place: Place{vda, "/memfd:x"}},  // memory
		{Place: Place{vda, "/memfd:x (deleted)"}},
		{Place: Place{sda, "/.handoff.lock"}},
		{Place: Place{sda, "/data"}}, // either may be its name
		{Place: Place{sda, "/data (deleted)"}},
		{Place: Place{vdb, "/x/y"}},
		{Place: Place{sda, "/new\nline"}, Private: true},
		{Place: Place{vdb, "/shared"}},
	}
	order := func(a, b Used) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) }
	used, err := f.Task(1).Used(mounts)
	slices.SortFunc(used, order)
	slices.SortFunc(want, order)
	if err != nil || !slices.Equal(used, want) {
		t.Errorf("%+v, %v, want %+v", used, err, want)
	}
	touched := f.Task(1).Touched(mounts)
	if want := 4; len(touched) != want || slices.ContainsFunc(touched, func(p Place) bool { return p.Dev == vda }) {
		t.Errorf("touches %+v", touched)
	}
	// If the first thread has exited, another one shows what the process uses.
	mounts, err = f.Task(5000002).Running().Mounts()
	if err != nil {
		t.Fatal(err)
	}
	used, err = f.Task(5000002).Used(mounts)
	if want := (Used{Place: Place{unix.Mkdev(0, 61), "/.handoff.lock"}}); err != nil || !slices.Contains(used, want) {
		t.Errorf("%+v, %v, want %+v among them", used, err, want)
	}
}

// If not all can be seen, there is an error.
func TestUsedNotSeen(t *testing.T) {
	f := fixture(t)
	mounts, err := f.Mounts(1)
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		mounts Mounts
		remove string
		some   bool
	}{
		"its first mount":  {mounts[1:], "", true},
		"any mount":        {nil, "", false},
		"the mount of one": {slices.DeleteFunc(slices.Clone(mounts), func(m Mount) bool { return m.ID == 32 }), "", true},
		"its mapped files": {mounts, "maps", true},
		"what it has open": {mounts, "fd", true},
	} {
		f := fixture(t)
		if test.remove != "" {
			if err := os.RemoveAll(string(f.Task(1)) + "/" + test.remove); err != nil {
				t.Fatal(err)
			}
		}
		if used, err := f.Task(1).Used(test.mounts); err == nil || (len(used) > 0) != test.some {
			t.Errorf("without %s: %+v, %v", name, used, err)
		}
	}
}
