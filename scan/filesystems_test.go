package scan

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"golang.org/x/sys/unix"

	"lockscope/lock"
	"lockscope/lock/locktest"
	"lockscope/scan/hosttest"
	"lockscope/scan/observe"
	"lockscope/scan/report"
)

// Every scene comes out as what it is on every file system that daemons keep
// their data on.
func TestFilesystems(t *testing.T) {
	for fstype, mounted := range map[string]func(*testing.T) string{
		"ext4":    func(t *testing.T) string { return hosttest.MountImage(t, "ext4") },
		"xfs":     func(t *testing.T) string { return hosttest.MountImage(t, "xfs") },
		"btrfs":   func(t *testing.T) string { return hosttest.MountImage(t, "btrfs") },
		"tmpfs":   func(t *testing.T) string { return hosttest.Mount(t, "-t", "tmpfs", "tmpfs") },
		"overlay": func(t *testing.T) string { return hosttest.MountOverlay(t).Merged },
	} {
		t.Run(fstype, func(t *testing.T) {
			root := mounted(t)
			w := locktest.TestWorld(t)
			sites := map[string]*locktest.Site{}
			for _, scene := range locktest.Scenes {
				site := hosttest.Play(t, w, filepath.Join(root, "tree", scene.Name), scene)
				sites[scene.Name] = site
			}
			for _, probe := range []observe.Probe{observe.ProbeAuto, observe.ProbeFlock} {
				f := once(t, Config{Roots: []string{root}, Probe: probe})
				for name, site := range sites {
					t.Run(probe.String()+"/"+name, func(t *testing.T) {
						checkSite(t, f, site)
						if got := f.at(t, site.Dir).Evidence.FS; got != fstype {
							t.Errorf("file system %q", got)
						}
					})
				}
			}
			f := once(t, Config{Roots: []string{root}, Probe: observe.ProbeNever})
			for name, site := range sites {
				t.Run("never/"+name, func(t *testing.T) { checkNever(t, f, site) })
			}
		})
	}
}

// checkNever checks what is found without a flock probe: what is held as ever,
// and of the rest that it cannot be told.
func checkNever(t *testing.T, f *found, site *locktest.Site) {
	_, err := os.Lstat(filepath.Join(site.Dir, lock.DefaultNames.Lock))
	unprobed := []locktest.State{locktest.Free, locktest.Stale, locktest.Unguarded}
	if slices.Contains(unprobed, site.State) && err == nil {
		expect(t, f, site.Dir, report.Unknown, report.NotProbed)
		return
	}
	if lock, err := os.Lstat(filepath.Join(site.Dir, lock.DefaultNames.Pidfile)); site.State == locktest.Unknown && err == nil && !lock.Mode().IsRegular() {
		return // two reasons for the same state
	}
	checkSite(t, f, site)
}

// Subvolumes of a btrfs have one device in the kernel's lock table, and number
// their inodes each for itself.
func TestBtrfsSubvolumes(t *testing.T) {
	hosttest.NeedTool(t, "btrfs")
	top := hosttest.MountImage(t, "btrfs")
	w := locktest.TestWorld(t)
	hosttest.Run(t, "btrfs", "-q", "subvolume", "create", top+"/a")
	hosttest.Run(t, "btrfs", "-q", "subvolume", "create", top+"/b")
	hosttest.Run(t, "btrfs", "-q", "subvolume", "create", top+"/c")
	held := hosttest.Play(t, w, top+"/a/data", locktest.HeldPlain)
	free := hosttest.Play(t, w, top+"/b/data", locktest.FreePlain)
	other := hosttest.Play(t, w, top+"/c/data", locktest.HeldPlain)
	if i, j, k := inode(t, held.Dir), inode(t, free.Dir), inode(t, other.Dir); i != j || i != k {
		t.Fatalf("the lock files have inodes %d, %d and %d, and should have the same", i, j, k)
	}
	// A snapshot has the daemon's pidfile too.
	hosttest.Run(t, "btrfs", "-q", "subvolume", "snapshot", top+"/a", top+"/snapshot")

	for _, probe := range probes {
		t.Run(probe.String(), func(t *testing.T) {
			f := once(t, Config{Roots: []string{top}, Probe: probe})
			for _, site := range []*locktest.Site{held, other} {
				checkSite(t, f, site)
				if got := holderOf(f.at(t, site.Dir), site.Owner); got == nil || len(f.at(t, site.Dir).Evidence.Holders) != 1 {
					t.Errorf("holders %v, want %d", f.at(t, site.Dir).Evidence.Holders, site.Owner)
				}
			}
			if probe == observe.ProbeNever {
				expect(t, f, free.Dir, report.Unknown, report.NotProbed)
				expect(t, f, top+"/snapshot/data", report.Unknown, report.NotProbed)
			} else {
				expect(t, f, free.Dir, report.Free)
				if r := expect(t, f, top+"/snapshot/data", report.Unknown, report.HoldsAnother); r.Evidence.Another != held.Dir {
					t.Errorf("another directory %q, want %q", r.Evidence.Another, held.Dir)
				}
			}
		})
	}

	t.Run("deleted", func(t *testing.T) {
		if err := os.Remove(filepath.Join(held.Dir, lock.DefaultNames.Lock)); err != nil {
			t.Fatal(err)
		}
		for _, probe := range probes {
			f := once(t, Config{Roots: []string{top}, Probe: probe})
			r := expect(t, f, held.Dir, report.Split, report.LockfileDeleted)
			if got := holderOf(r, held.Owner); got == nil || !got.Deleted {
				t.Errorf("%v: holders %v, want %d on the deleted file", probe, r.Evidence.Holders, held.Owner)
			}
			checkSite(t, f, other)
		}
	})
}

func inode(t *testing.T, dir string) uint64 {
	t.Helper()
	var st unix.Stat_t
	if err := unix.Lstat(filepath.Join(dir, lock.DefaultNames.Lock), &st); err != nil {
		t.Fatal(err)
	}
	return st.Ino
}

// A daemon that locks a file of a FUSE file system does it by the kernel, but
// others may do it elsewhere.
func TestFUSE(t *testing.T) {
	for name, options := range map[string][]string{"local": nil, "forwarded": {"--multithreaded", "--enable-lock-forwarding"}} {
		t.Run(name, func(t *testing.T) {
			m := hosttest.MountFUSE(t, options...)
			w := locktest.TestWorld(t)
			held, err := w.Make(m.Dir+"/held", locktest.Held)
			if err != nil {
				t.Fatal(err)
			}
			hosttest.MakeData(t, m.Dir+"/free")
			hosttest.MakeStale(t, m.Dir+"/stale")
			for _, probe := range []observe.Probe{observe.ProbeAuto, observe.ProbeFlock} {
				f := once(t, Config{Roots: []string{m.Dir}, Probe: probe})
				if name == "local" {
					r := expect(t, f, held.Dir, report.Held)
					if holderOf(r, held.Owner) == nil {
						t.Errorf("%v: holders %v, want %d", probe, r.Evidence.Holders, held.Owner)
					}
				} else {
					expect(t, f, held.Dir, report.Held, report.HolderNotVisible) // it is the server's
				}
				expect(t, f, m.Dir+"/free", report.Free)
				// It may be alive on another host.
				expect(t, f, m.Dir+"/stale", report.Unknown, report.NotVisible)
			}
		})
	}
}
