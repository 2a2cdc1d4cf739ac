package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"lockscope/scan/hosttest"
)

// What no sound file system answers is believed where it can be true. Else the directory is unknown, or an error
// tells of it, and what is beside it is told as ever. The garbled directory is held.
func TestGarbledFile(t *testing.T) {
	size := func(n *hosttest.Node, size uint64) { n.Attr = func(a *hosttest.Attr) { a.Size = size } }
	turns := func(n *hosttest.Node, kinds ...uint32) {
		i := 0
		n.Attr = func(a *hosttest.Attr) { a.Mode = kinds[i%len(kinds)] | 0o755; i++ }
	}
	for name, test := range map[string]struct {
		garble func(tenant)
		may    []string // what is told of it
	}{
		"endless pidfile":               {func(t tenant) { t.pidfile.Endless = true; size(t.pidfile, 1<<63-1) }, []string{"unnamed pidfile-malformed"}},
		"endless pidfile of size 0":     {func(t tenant) { t.pidfile.Endless = true; size(t.pidfile, 0) }, []string{"unnamed pidfile-malformed"}},
		"pidfile of size 2^63":          {func(t tenant) { size(t.pidfile, 1<<63) }, []string{"unknown pidfile-unreadable"}},
		"pidfile of size 2^63-1":        {func(t tenant) { size(t.pidfile, 1<<63-1) }, []string{"held"}},
		"lock file of size 2^63":        {func(t tenant) { size(t.lockFile, 1<<63) }, []string{"unknown io-error"}},
		"lock file of size 2^63-1":      {func(t tenant) { size(t.lockFile, 1<<63-1) }, []string{"held"}},
		"pidfile turns into a FIFO":     {func(t tenant) { turns(t.pidfile, unix.S_IFREG, unix.S_IFIFO) }, []string{"unknown pidfile-unreadable"}},
		"lock file turns into a device": {func(t tenant) { turns(t.lockFile, unix.S_IFREG, unix.S_IFCHR, unix.S_IFLNK) }, []string{"unknown io-error"}},
		// It may be no directory each time that it is looked at: then nothing is told.
		"directory turns into a file": {func(t tenant) { turns(t.dir, unix.S_IFDIR, unix.S_IFREG) }, []string{"unknown io-error", "error", ""}},
		"inode 2^63":                  {func(t tenant) { t.lockFile.ID = 1 << 63 }, []string{"held"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			garbled, well := newTenant(), newTenant()
			f := hosttest.MountFaulty(t, &hosttest.Node{Below: map[string]*hosttest.Node{"garbled": garbled.dir, "well": well.dir}})
			daemon := holdLocks(t, []string{f.Dir + "/garbled", f.Dir + "/well"})
			f.Write(garbled.pidfile, fmt.Sprintln(daemon))
			f.Write(well.pidfile, fmt.Sprintln(daemon))
			test.garble(garbled)
			f.Begin()
			for _, probe := range probes {
				lines, status := lockscope(t, command("-o", "ndjson", "--probe", probe, "--timeout", "1m", f.Dir))
				if l := lines[f.Dir+"/well"]; status != 0 || l.State != "held" {
					t.Errorf("%s: exit status %d, %+v", probe, status, l)
				}
				l := lines[f.Dir+"/garbled"]
				told := l.State
				if l.Type == "error" {
					told = l.Type
				} else if len(l.Reasons) > 0 {
					told += " " + l.Reasons[0]
				}
				if !slices.Contains(test.may, told) {
					t.Errorf("%s: %q, want one of %q: %+v", probe, told, test.may, l)
				}
			}
			if f.Faults(garbled.dir)+f.Faults(garbled.lockFile)+f.Faults(garbled.pidfile) == 0 {
				t.Error("nothing was garbled")
			}
		})
	}
}

// Entries that cannot be are not followed. Where the kernel refuses them, an error tells of their directory.
func TestGarbledListing(t *testing.T) {
	for name, test := range map[string]struct {
		entries []hosttest.Dirent // beside that of a data directory
		refused bool              // by the kernel (EIO)
	}{
		"with a slash":   {[]hosttest.Dirent{{Ino: 2, Type: unix.DT_DIR, Name: "a/../.."}}, true},
		"without a name": {[]hosttest.Dirent{{Ino: 2, Type: unix.DT_DIR}}, true},
		"long":           {[]hosttest.Dirent{{Ino: 2, Type: unix.DT_DIR, Name: strings.Repeat("n", 300)}}, false},
		"with a NUL":     {[]hosttest.Dirent{{Ino: 2, Type: unix.DT_DIR, Name: "tenant\x00x"}, {Ino: 2, Type: unix.DT_DIR, Name: "\x00"}}, false},
		"twice": {[]hosttest.Dirent{
			{Ino: 2, Type: unix.DT_DIR, Name: "."}, {Ino: 2, Type: unix.DT_DIR, Name: "."}, {Ino: 2, Type: unix.DT_DIR, Name: ".."}, {Ino: 3, Type: unix.DT_DIR, Name: "tenant"},
		}, false},
		"inode 0":    {[]hosttest.Dirent{{Ino: 0, Type: unix.DT_DIR, Name: "nothing"}}, false},
		"not there":  {[]hosttest.Dirent{{Ino: 7, Type: unix.DT_DIR, Name: "nothing"}}, false},
		"of no type": {[]hosttest.Dirent{{Ino: 7, Type: 15, Name: "tenant"}}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ten := newTenant()
			shelf := &hosttest.Node{Below: map[string]*hosttest.Node{"tenant": ten.dir}}
			entries := append(test.entries, hosttest.Dirent{Ino: 3, Type: unix.DT_DIR, Name: "tenant"})
			shelf.Listing = func(offset uint64) []hosttest.Dirent { return entries[min(int(offset), len(entries)):] }
			f := hosttest.MountFaulty(t, &hosttest.Node{Below: map[string]*hosttest.Node{"shelf": shelf}})
			dir := f.Dir + "/shelf/tenant"
			f.Write(ten.pidfile, fmt.Sprintln(holdLocks(t, []string{dir})))
			f.Begin()
			cmd := command("-o", "ndjson", "--probe", "flock", "--timeout", "1m", f.Dir)
			next := follow(t, cmd)
			told := map[string]int{}
			for l := next(); ; l = next() {
				if l.Type == "summary" {
					told[fmt.Sprintf("%d in all", l.Dirs)]++
					break
				}
				told[l.Type+" "+l.State+" "+l.Path]++
			}
			want := map[string]int{"dir held " + dir: 1, "1 in all": 1}
			if test.refused {
				want = map[string]int{"error  " + f.Dir + "/shelf": 1, "0 in all": 1}
			}
			if !maps.Equal(told, want) {
				t.Errorf("told %v, want %v", told, want)
			}
			if f.Faults(shelf) == 0 {
				t.Error("nothing was garbled")
			}
		})
	}
}
