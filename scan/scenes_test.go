package scan

import (
	"maps"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"lockscope/lock"
	"lockscope/lock/locktest"
	"lockscope/scan/hosttest"
	"lockscope/scan/observe"
	"lockscope/scan/report"
)

// Every scene comes out as what it is, with the holders it has, in one scan of
// them all, however the locks are looked at.
func TestScenes(t *testing.T) {
	for place, root := range hosttest.Places(t) {
		w := locktest.TestWorld(t)
		sites := map[string]*locktest.Site{}
		for _, scene := range locktest.Scenes {
			dir := filepath.Join(root, "tree", scene.Name)
			site := hosttest.Play(t, w, dir, scene)
			sites[scene.Name] = site
		}
		for _, probe := range []observe.Probe{observe.ProbeAuto, observe.ProbeFlock} {
			f := once(t, Config{Roots: []string{filepath.Join(root, "tree")}, Probe: probe})
			t.Logf("%s: %+v", place, f.summary)
			brief := once(t, Config{Roots: []string{filepath.Join(root, "tree")}, Probe: probe, SummaryOnly: true})
			if !maps.Equal(brief.summary.States, f.summary.States) || brief.summary.Dirs != f.summary.Dirs {
				t.Errorf("alone, the summary is %+v, and with the reports %+v", brief.summary, f.summary)
			}
			if len(brief.reports) > 0 {
				t.Errorf("%d directories were told of", len(brief.reports))
			}
			for _, scene := range locktest.Scenes {
				t.Run(place+"/"+probe.String()+"/"+scene.Name, func(t *testing.T) {
					checkSite(t, f, sites[scene.Name])
				})
			}
		}
	}
}

func checkSite(t *testing.T, f *found, site *locktest.Site) {
	r := f.at(t, site.Dir)
	summary, next := r.Explain()
	t.Logf("%v %v %s => %s", r.Verdict.State, r.Verdict.Reasons.List(), summary, next)
	if got := r.Verdict.State.String(); got != string(site.State) {
		t.Errorf("state %s, want %s\n%+v", got, site.State, r.Evidence)
	}
	if r.Checking {
		t.Error("the verdict does not stand")
	}
	if got := r.Evidence.Pidfile.PID; got != site.Owner && r.Evidence.Pidfile.State != lock.PidfileNotRegular {
		t.Errorf("pidfile names %d, want %d", got, site.Owner)
	}
	for _, want := range site.Holders {
		if r.Verdict.State == report.Held && want.PID != site.Owner {
			continue // a healthy holder was found; nobody looks for more
		}
		got := holderOf(r, want.PID)
		if got == nil {
			t.Errorf("holder %d is missing among %v", want.PID, r.Evidence.Holders)
			continue
		}
		if got.FD != want.FD || got.Inherited != want.Inherited() || got.Deleted != want.Deleted {
			t.Errorf("holder %d: fd %d, inherited %t, deleted %t; want %d, %t, %t", want.PID,
				got.FD, got.Inherited, got.Deleted, want.FD, want.Inherited(), want.Deleted)
		}
		if command, _ := os.ReadFile(filepath.Join("/proc", strconv.Itoa(want.PID), "comm")); got.Process.Command == "" && len(command) > 0 {
			t.Errorf("holder %d has no command", want.PID)
		}
	}
	if len(r.Evidence.Holders) > len(site.Holders) {
		t.Errorf("%d holders, want %d", len(r.Evidence.Holders), len(site.Holders))
	}
}
