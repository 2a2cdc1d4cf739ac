package main

import (
	"fmt"
	"path/filepath"
	"slices"
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

// A file system that fails costs the directory that it fails at, at most: that is unknown then, or an error tells of
// it. What can be told all the same is true. What is beside it is told as ever, and nothing waits for its time limit.
func TestFaultyFileSystem(t *testing.T) {
	for _, errno := range faultErrnos {
		t.Run(unix.ErrnoName(errno), func(t *testing.T) {
			t.Parallel()
			root := &hosttest.Node{Below: map[string]*hosttest.Node{}}
			type site struct {
				tenant
				held  bool
				fault string         // "" for one that is well
				node  *hosttest.Node // that fails
			}
			sites := map[string]*site{}
			add := func(fault string, held bool) *site {
				s := &site{tenant: newTenant(), held: held, fault: fault}
				name := fmt.Sprintf("fault %s held %t", fault, held)
				sites[name], root.Below[name] = s, s.dir
				return s
			}
			for _, held := range []bool{false, true} {
				add("", held)
				for _, p := range parts {
					for _, op := range p.ops {
						s := add(fmt.Sprintf("%s op %d", p.name, op), held)
						s.node = p.of(s.tenant)
						s.node.Errors = map[hosttest.Op]unix.Errno{op: errno}
					}
				}
			}
			f := hosttest.MountFaulty(t, root)
			var held []string
			for name, s := range sites {
				if s.held {
					held = append(held, filepath.Join(f.Dir, name))
				}
			}
			daemon := holdLocks(t, held)
			for _, s := range sites {
				if s.held {
					f.Write(s.pidfile, fmt.Sprintln(daemon))
				}
			}
			beside := hosttest.TempDir(t)
			stale, free := hosttest.MakeStale(t, beside+"/stale"), hosttest.MakeData(t, beside+"/free")
			f.Begin()
			for _, probe := range []string{"auto", "flock"} {
				lines, status := lockscope(t, command("-o", "ndjson", "--probe", probe, "--timeout", "1m", f.Dir, beside))
				if status != 0 {
					t.Errorf("%s: exit status %d", probe, status)
				}
				if lines[stale].State != "stale" || lines[free].State != "free" {
					t.Errorf("%s: beside it: %+v, %+v", probe, lines[stale], lines[free])
				}
				for name, s := range sites {
					l := lines[filepath.Join(f.Dir, name)]
					want := "stale"
					if s.held {
						want = "held"
					}
					// That a lock on FUSE is free cannot be known from here.
					ok := l.State == want || !s.held && slices.Contains(l.Reasons, "not-visible")
					if s.node != nil {
						ok = ok || l.State == "unknown" && len(l.Reasons) > 0 || l.Type == "error" && l.Error != ""
					}
					if !ok || slices.Contains(l.Reasons, "timeout") {
						t.Errorf("%s: %s: %+v", probe, name, l)
					}
				}
			}
			faults := map[string]int{}
			for _, s := range sites {
				if s.node != nil {
					faults[s.fault] += f.Faults(s.node)
				}
			}
			for fault, times := range faults {
				if times == 0 {
					t.Errorf("%s: nothing failed", fault)
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
