package chaos

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// timeline tells all that is known of a path within a span, in the order of its happening: what to read where the referee found a
// fault.
func timeline(within span, h history, said []verdict, handoffs []toldHandoff, changes []change, acquires []acquire) string {
	type entry struct {
		at   moment
		text string
	}
	var all []entry
	add := func(at moment, format string, args ...any) {
		all = append(all, entry{at, fmt.Sprintf(format, args...)})
	}
	for _, p := range h {
		add(p.From, "until %v it is %q: %+v", p.To, p.state(), p.facts)
	}
	for _, v := range said {
		add(v.To, "SEEN %s %v, holders %v: %s (read at %v)", v.state, v.reasons, v.holders, v.summary, v.read)
	}
	for _, o := range handoffs {
		add(o.acquired, "TOLD %+v", o)
	}
	for _, c := range changes {
		add(c.From, "until %v %v %d", c.To, []string{"released", "acquired", "ended", "may have ended", "losing", "looping"}[c.kind], c.pid)
	}
	for _, a := range acquires {
		add(a.From, "until %v an acquire by %d at %s: %s %s", a.To, a.pid, a.path, a.how, a.said)
	}
	slices.SortStableFunc(all, func(a, b entry) int { return cmp.Compare(a.at, b.at) })
	var b strings.Builder
	for _, e := range all {
		if e.at < within.From || e.at > within.To {
			continue
		}
		fmt.Fprintf(&b, "\n  %v %s", e.at, e.text)
	}
	return b.String()
}
