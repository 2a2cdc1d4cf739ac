package main

import (
	"fmt"
	"maps"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"lockscope/scan/hosttest"
)

// tenant is a data directory of a file system that fails.
type tenant struct{ dir, lockFile, pidfile *hosttest.Node }

func newTenant() tenant {
	t := tenant{lockFile: &hosttest.Node{}, pidfile: &hosttest.Node{Text: hosttest.DeadPID}}
	t.dir = &hosttest.Node{Below: map[string]*hosttest.Node{".handoff.lock": t.lockFile, ".handoff.pidfile": t.pidfile}}
	return t
}

// part is one of a data directory's files, or itself.
type part struct {
	name string
	of   func(tenant) *hosttest.Node
	ops  []hosttest.Op
}

var parts = []part{
	{"directory", func(t tenant) *hosttest.Node { return t.dir }, []hosttest.Op{hosttest.OpLookup, hosttest.OpGetattr, hosttest.OpOpendir, hosttest.OpReaddir}},
	{"lock file", func(t tenant) *hosttest.Node { return t.lockFile }, []hosttest.Op{hosttest.OpLookup, hosttest.OpGetattr, hosttest.OpOpen}},
	{"pidfile", func(t tenant) *hosttest.Node { return t.pidfile }, []hosttest.Op{hosttest.OpLookup, hosttest.OpGetattr, hosttest.OpOpen, hosttest.OpRead}},
}

var faultErrnos = []unix.Errno{unix.EIO, unix.ENOSPC, unix.EACCES, unix.ESTALE, unix.EINTR, unix.ENOTCONN}

// holdFaulty starts one process that holds the locks of these directories, whose files are not written.
func holdFaulty(t *testing.T, dirs []string) (pid int) {
	t.Helper()
	hosttest.NeedTool(t, "bash", "flock")
	script := `for dir; do exec {fd}<"$dir/.handoff.lock" && flock -n $fd || exit; done; echo $$; read line`
	said, _ := hosttest.Talk(t, exec.Command("bash", append([]string{"-c", script, "daemon"}, dirs...)...))
	pid, err := strconv.Atoi(said)
	if err != nil {
		t.Fatalf("the daemon says %q", said)
	}
	return pid
}

// A file system that fails costs the directory that it fails at, at most: that is unknown then, or an error tells of
// it. What can be told all the same is true. What is beside it is told as ever, and nothing waits for its time limit.
func TestFaultyFileSystem(t *testing.T) {
	for _, errno := range faultErrnos {
		t.Run(unix.ErrnoName(errno), func(t *testing.T) {
			t.Parallel()
			root := &hosttest.Node{Below: map[string]*hosttest.Node{}}
			type site struct {
				node *hosttest.Node // that fails
				held bool
			}
			sites := map[string]site{}
			var held []string
			var pidfiles []*hosttest.Node
			add := func(name string, isHeld bool) tenant {
				ten := newTenant()
				root.Below[name] = ten.dir
				sites[name] = site{nil, isHeld}
				if isHeld {
					held, pidfiles = append(held, name), append(pidfiles, ten.pidfile)
				}
				return ten
			}
			for _, isHeld := range []bool{false, true} {
				for _, p := range parts {
					for _, op := range p.ops {
						name := fmt.Sprintf("%s op %d held %v", p.name, op, isHeld)
						node := p.of(add(name, isHeld))
						node.Errors = map[hosttest.Op]unix.Errno{op: errno}
						sites[name] = site{node, isHeld}
					}
				}
				add(fmt.Sprintf("well held %v", isHeld), isHeld)
			}
			f := hosttest.MountFaulty(t, root)
			for i, name := range held {
				held[i] = filepath.Join(f.Dir, name)
			}
			daemon := holdFaulty(t, held)
			for _, p := range pidfiles {
				f.Write(p, fmt.Sprintln(daemon))
			}
			beside := hosttest.TempDir(t)
			stale, free := hosttest.MakeStale(t, beside+"/stale"), hosttest.MakeData(t, beside+"/free")
			f.Begin()
			for _, probe := range []string{"auto", "flock"} {
				lines, status := lockscope(t, command("-o", "ndjson", "--probe", probe, "--timeout", "5s", f.Dir, beside))
				if status != 0 {
					t.Errorf("%s: exit status %d", probe, status)
				}
				if lines[stale].State != "stale" || lines[free].State != "free" {
					t.Errorf("%s: beside it: %+v, %+v", probe, lines[stale], lines[free])
				}
				for name, s := range sites {
					l := lines[filepath.Join(f.Dir, name)]
					truth := "stale"
					if s.held {
						truth = "held"
					}
					// That a lock on FUSE is free cannot be known from here.
					ok := l.State == truth || !s.held && slices.Contains(l.Reasons, "not-visible")
					if s.node != nil {
						ok = ok || l.State == "unknown" && len(l.Reasons) > 0 || l.Type == "error" && l.Error != ""
						if f.Faults(s.node) == 0 {
							t.Logf("%s: %s: nothing failed", probe, name)
						}
					}
					if slices.Contains(l.Reasons, "timeout") {
						ok = false
					}
					if !ok {
						t.Errorf("%s: %s: %+v", probe, name, l)
					}
					t.Logf("%s: %s: %s %s %v %s %s", probe, name, l.Type, l.State, l.Reasons, l.Error, l.Summary)
				}
			}
		})
	}
}

// A root that fails is an error, and the exit status says so.
func TestFaultyRoot(t *testing.T) {
	well := hosttest.TempDir(t)
	stale := hosttest.MakeStale(t, well+"/stale")
	args := []string{"-o", "ndjson", "--timeout", "1m", well}
	for _, errno := range faultErrnos {
		for _, op := range []hosttest.Op{hosttest.OpGetattr, hosttest.OpOpendir, hosttest.OpReaddir} {
			f := hosttest.MountFaulty(t, &hosttest.Node{Below: map[string]*hosttest.Node{}, Errors: map[hosttest.Op]unix.Errno{op: errno}})
			f.Begin()
			args = append(args, f.Dir)
		}
	}
	lines, status := lockscope(t, command(args...))
	if status != 3 {
		t.Errorf("exit status %d, want 3", status)
	}
	for _, root := range args[5:] {
		if l := lines[root]; l.Type != "error" || l.Error == "" {
			t.Errorf("%s: %+v", root, l)
		}
	}
	if lines[stale].State != "stale" {
		t.Errorf("beside them: %+v", lines[stale])
	}
}

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
			daemon := holdFaulty(t, []string{f.Dir + "/garbled", f.Dir + "/well"})
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
			f.Write(ten.pidfile, fmt.Sprintln(holdFaulty(t, []string{dir})))
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
