package main

import (
	"encoding/json"
	"fmt"
	"math"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"lockscope/lock/locktest"
	"lockscope/scan/hosttest"
)

// A file's owner can set its times to any, and a clock may have been wrong. No verdict follows from that, and what is
// printed stays readable: JSON has no year above 9999, and no age is negative or one that overflowed.
func TestFileTimes(t *testing.T) {
	for place, root := range hosttest.Places(t) {
		t.Run(place, func(t *testing.T) {
			t.Setenv("XDG_STATE_HOME", t.TempDir())
			want := map[string]string{}
			w := locktest.TestWorld(t)
			const second = int64(time.Second)
			for i, sec := range []int64{
				0, 1, -1, -86400, math.MinInt32, math.MaxInt32, math.MaxInt32 + 1, math.MaxUint32, 15032385535, // ext4: 1901 to 2446
				time.Now().Unix() - 86400, time.Now().Unix() + 86400, time.Now().Unix() + 30*366*86400,
				math.MaxInt64 / second, math.MaxInt64/second + 1, math.MinInt64/second - 1, 253402300800, 1 << 55, -1 << 40,
			} {
				for _, scene := range []locktest.Scene{locktest.HeldPlain, locktest.FreePlain, locktest.StalePlain, locktest.StaleTemp, locktest.UnguardedPlain, locktest.UnnamedPlain} {
					site := hosttest.Play(t, w, fmt.Sprintf("%s/%s-%d", root, scene.Name, i), scene)
					want[site.Dir] = string(site.State)
					for _, name := range []string{".handoff.lock", ".handoff.pidfile", ".handoff.pidfile.tmp", "."} {
						at := unix.Timespec{Sec: sec, Nsec: 1}
						err := unix.UtimesNanoAt(unix.AT_FDCWD, filepath.Join(site.Dir, name), []unix.Timespec{at, at}, unix.AT_SYMLINK_NOFOLLOW)
						if err != nil && err != unix.ENOENT {
							t.Fatal(err)
						}
					}
				}
			}
			lines, status := lockscope(t, command("-o", "ndjson", "--timeout", "1m", root))
			if status != 0 {
				t.Errorf("exit status %d", status)
			}
			for dir, state := range want {
				if l := lines[dir]; l.State != state {
					t.Errorf("%s: %s %v: %s, want %s", filepath.Base(dir), l.State, l.Reasons, l.Summary, state)
				}
			}
			var doc struct {
				Dirs []struct {
					Since   time.Time
					Pidfile struct{ Written time.Time }
				}
			}
			out, _ := command("-o", "json", "--timeout", "1m", root).Output()
			if err := json.Unmarshal(out, &doc); err != nil || len(doc.Dirs) != len(want) {
				t.Errorf("%v: %d directories, want %d", err, len(doc.Dirs), len(want))
			}
			for _, d := range doc.Dirs {
				if y := d.Since.Year(); y > 1 && y < 2020 || d.Since.After(time.Now().Add(time.Hour)) {
					t.Errorf("since %v", d.Since)
				}
				if y := d.Pidfile.Written.Year(); y != 1 && (y < 1677 || y > 2262) {
					t.Errorf("written %v", d.Pidfile.Written)
				}
			}
			out, err := command("--once", "--columns", "state,directory,since", "--timeout", "1m", root).Output()
			if bad := regexp.MustCompile(`-\d+[smhd]\b|\b\d{5,}d`).Find(out); err != nil || bad != nil {
				t.Errorf("%v, %q in:\n%s", err, bad, out)
			}
			// What is stale can be broken in spite of its times, and nothing else is.
			err = exec.Command("lockscope", "--break-stale", "--yes", "--timeout", "1m", root).Run()
			if err != nil {
				t.Error(err)
			}
			lines, _ = lockscope(t, command("-o", "ndjson", "--timeout", "1m", root))
			for dir, state := range want {
				if state == "stale" {
					state = "free"
				}
				if l := lines[dir]; l.State != state {
					t.Errorf("after the break, %s: %s %v: %s, want %s", filepath.Base(dir), l.State, l.Reasons, l.Summary, state)
				}
			}
		})
	}
}
