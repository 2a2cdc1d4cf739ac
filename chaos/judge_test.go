package chaos

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// figures are what a run comes to.
type figures struct {
	acquires, actions, said map[string]int
	bursts, afterDeath      int // acquires in bursts; refused soon after a death
	judged                  int // verdicts
	made, told              int // hand-offs
	owed, owedTold          int
	untold                  string
}

// judge applies the rules to all that happened. until is when the watch was looked at last.
func (r *referee) judge(b *breaker, until moment) {
	t := r.t
	t.Helper()
	removed, outcomes, err := r.c.breaks()
	if err != nil {
		t.Fatal(err)
	}
	broken := map[string][]span{}
	for _, b := range removed {
		broken[b.path] = append(broken[b.path], b.span)
	}
	f := figures{acquires: map[string]int{}, actions: map[string]int{}, said: map[string]int{}}
	known := map[string]bool{}
	for _, d := range r.drivers {
		faults := r.judgeOne(d, broken, until, &f)
		for path := range d.tracks {
			known[path] = true
		}
		if len(faults) == 0 {
			continue
		}
		t.Errorf("%s:\n%s", d.home, strings.Join(faults, "\n"))
		for path, h := range d.histories(broken) {
			t.Logf("%s:%s", path, timeline(span{0, forever}, h, r.w.verdicts[path], r.told(path), d.changes, d.acquires))
		}
	}
	for path, vs := range r.w.verdicts {
		if !known[path] {
			t.Errorf("%s is told, and never was there: %+v", path, vs)
		}
	}
	for _, fault := range slices.Concat(r.w.bad, b.faults, r.s.faults) {
		t.Error(fault)
	}
	if float64(f.owedTold+mayMiss) < leastTold*float64(f.owed) {
		t.Errorf("of %d hand-offs that could be seen %d were told:%s", f.owed, f.owedTold, f.untold)
	}
	s := &r.c.started
	t.Logf("%d directories; daemons: %d in Go, %d in Go in PID namespaces, %d in Rust; %d heirs", len(r.drivers), s.goDaemons.Load(), s.inNamespace.Load(), s.rust.Load(), s.heirs.Load())
	t.Logf("acquires: %v, and %d in bursts; refused soon after a death: %d", f.acquires, f.bursts, f.afterDeath)
	t.Logf("hand-offs: %d made, %d lines told; %d could be seen, of which %d were told", f.made, f.told, f.owed, f.owedTold)
	t.Logf("breaks: %v in %d passes; %d scrapes; %d verdicts judged: %v; errors told: %d", outcomes, b.passes, r.s.scrapes, f.judged, f.said, len(r.w.errors))
	t.Logf("actions: %v", f.actions)
}

func (r *referee) told(path string) (hs []toldHandoff) {
	for _, h := range r.w.handoffs {
		if h.path == path {
			hs = append(hs, h)
		}
	}
	return hs
}

// judgeOne applies the rules to what happened to one directory.
func (r *referee) judgeOne(d *driver, broken map[string][]span, until moment, f *figures) (faults []string) {
	add := func(rule, fault string) {
		if fault != "" {
			faults = append(faults, rule+": "+fault)
		}
	}
	for _, text := range d.trouble {
		add("trouble", text)
	}
	for name, n := range d.actions {
		f.actions[name] += n
	}
	f.bursts += d.bursts
	histories := d.histories(broken)
	made := handoffs(d.home, d.changes)
	for path, track := range d.tracks {
		for _, s := range broken[path] {
			add("a false break", badBreak(track.history(), path, s))
		}
		h := histories[path]
		for _, v := range r.w.verdicts[path] {
			f.judged++
			f.said[v.state]++
			add("a false verdict", falseVerdict(h, v))
		}
		for _, fault := range keptVerdict(h, r.w.verdicts[path], until, staleAfter, foundAfter) {
			add("a verdict kept", path+": "+fault)
		}
		for _, t := range r.told(path) {
			f.told++
			add("a false hand-off", falseHandoff(made, t, toldLate))
		}
	}
	for _, a := range d.acquires {
		f.acquires[a.how]++
		fault, wasDeath := refused(histories[a.path], a, afterDeath)
		add("refused because of us", fault)
		if wasDeath {
			f.afterDeath++
		}
	}
	for _, fault := range twoWriters(d.acquires) {
		add("two writers", fault)
	}
	for _, h := range made {
		if h.often {
			continue
		}
		f.made++
		if h.owed {
			f.owed++
		}
		if h.owed && h.told > 0 {
			f.owedTold++
		} else if h.owed {
			f.untold += fmt.Sprintf("\nthis hand-off was not told: %+v", *h)
			for path, was := range histories {
				f.untold += timeline(span{h.release.From, h.acquire.To}.wider(untoldAround, untoldAround), was, r.w.verdicts[path], r.told(path), d.changes, d.acquires)
			}
		}
	}
	return faults
}

// histories returns what was the case at each path of a directory, with what was broken. Who breaks has the directory
// open: it may be elsewhere by then.
func (d *driver) histories(broken map[string][]span) map[string]history {
	gone, all := map[int]span{}, map[string]history{}
	for path, track := range d.tracks {
		all[path] = track.history()
		maps.Copy(gone, all[path].brokenIn(broken[path]))
	}
	for path, h := range all {
		all[path] = h.without(gone)
	}
	return all
}
