package chaos

import (
	"encoding/json"
	"fmt"
	"maps"
	"testing"
	"time"
)

// referee compares what happened with what was said.
type referee struct {
	t       *testing.T
	c       *chaos
	drivers []*driver
	w       *watcher
	s       *server
}

// truth is what each path should be told as: the pidfiles that are stale are broken by and by.
func (r *referee) truth() map[string]facts {
	truth := map[string]facts{}
	for _, d := range r.drivers {
		f := d.facts.clone()
		if f.state() == "stale" {
			f.removePidfile()
		}
		if !f.Missing {
			truth[d.path] = f
		}
	}
	return truth
}

func differs(truth map[string]facts, said map[string]verdict, freeIsUnknown bool) (faults []string) {
	for path, f := range truth {
		v, ok := said[path]
		want := f.state()
		if freeIsUnknown && want == "free" {
			want = "unknown"
		}
		if !ok || v.state != want || !v.agrees(f) {
			faults = append(faults, fmt.Sprintf("%s: said is %s %v, holders %v (%s), and true %s: %+v", path, v.state, v.reasons, v.holders, v.summary, f.state(), f))
		}
	}
	for path, v := range said {
		if _, ok := truth[path]; !ok {
			faults = append(faults, fmt.Sprintf("%s: said is %s %v, and there is nothing", path, v.state, v.reasons))
		}
	}
	return faults
}

// wholeTruth waits until everything is told as it is, and nothing is stale.
func (r *referee) wholeTruth() {
	r.t.Helper()
	truth := r.truth()
	var faults []string
	for deadline := time.Now().Add(settleTime); ; time.Sleep(50 * time.Millisecond) {
		if faults = r.compare(truth); len(faults) == 0 {
			return
		}
		if time.Now().After(deadline) {
			break
		}
	}
	for _, f := range faults {
		r.t.Errorf("at the end: %s", f)
	}
}

// compare compares the truth with what a watch, the metrics and a new look say.
func (r *referee) compare(truth map[string]facts) (faults []string) {
	never := r.c.seed%2 == 1
	said := r.w.last()
	for _, f := range differs(truth, said, never) {
		faults = append(faults, "the watch: "+f)
	}
	want := map[string]int{}
	for _, f := range truth {
		if state := f.state(); state == "free" && !never {
			want["unknown"]++
		} else {
			want[state]++
		}
	}
	if states, err := r.s.directories(); err != nil || !maps.Equal(states, want) {
		faults = append(faults, fmt.Sprintf("the metrics: %v, and true %v: %v", states, want, err))
	}
	if len(faults) > 0 {
		return faults
	}
	for _, f := range differs(truth, r.look(), false) {
		faults = append(faults, "a new look: "+f)
	}
	return faults
}

// look has a new lockscope look.
func (r *referee) look() map[string]verdict {
	p := r.c.lockscope("-o", "json", "--timeout", "1m", r.c.root)
	out, err := p.cmd.Output()
	var doc struct{ Dirs []line }
	if err == nil {
		err = json.Unmarshal(out, &doc)
	}
	if err != nil {
		r.t.Errorf("%v: %v: %s", p.cmd.Args, err, p.stderr.String())
	}
	said := map[string]verdict{}
	for _, l := range doc.Dirs {
		v := verdict{path: l.Path, state: l.State, reasons: l.Reasons, summary: l.Summary}
		for _, h := range l.Holders {
			v.holders = append(v.holders, h.PID)
		}
		said[l.Path] = v
	}
	return said
}

// growth compares what the two take with what they took at first. Either may be in the middle of a walk.
func (r *referee) growth(first map[string]use) {
	for who, p := range map[string]*program{"the watch": r.w.program, "the server": r.s.program} {
		var last use
		var faults []string
		for deadline := time.Now().Add(settleTime); ; time.Sleep(50 * time.Millisecond) {
			last = useOf(r.t, p.cmd.Process.Pid)
			if faults = grown(first[who], last); len(faults) == 0 || time.Now().After(deadline) {
				break
			}
		}
		r.t.Logf("%s: at first %+v, at the end %+v", who, first[who], last)
		for _, f := range faults {
			r.t.Errorf("%s has grown: %s", who, f)
		}
	}
}
