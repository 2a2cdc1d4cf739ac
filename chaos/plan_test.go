package chaos

import "slices"

// action is something that is done with a directory, where it is possible.
type action struct {
	name     string
	possible func(*driver) bool
	do       func(*driver) error
}

// plan is what there is to draw from: what is in it several times is done more often.
var plan = slices.Concat(
	slices.Repeat([]action{{"acquire", vacant, (*driver).start}}, 8),
	slices.Repeat([]action{{"acquire in Rust", both(vacant, withRust), (*driver).acquireRust}}, 5),
	slices.Repeat([]action{{"hand over", held, (*driver).handOver}}, 12),
	slices.Repeat([]action{{"roll back", heldByGo, (*driver).rollBack}}, 4),
	slices.Repeat([]action{{"crash", held, (*driver).crash}}, 4),
	slices.Repeat([]action{{"release", held, (*driver).stop}}, 4),
	slices.Repeat([]action{{"kill heirs", (*driver).hasHeirs, (*driver).endHeirs}}, 4),
	[]action{
		{"acquire what is held", heldAnyhow, (*driver).start},
		{"race", vacant, (*driver).race},
		{"crash in an acquire", vacant, (*driver).crashEarly},
		{"burst", vacant, (*driver).burst},
		{"loop in Rust", both(vacant, withRust), (*driver).loop},
		{"leak", both(heldByGo, outside), (*driver).leak},
		{"leak", both(heldByGo, outside), (*driver).leak},
		{"retire", (*driver).hasIdle, (*driver).retire},
		{"remove the pidfile", named, (*driver).removePidfile},
		{"name another", both(heldByGo, (*driver).hasIdle), (*driver).nameAnother},
		{"remove the lock file", removable, (*driver).removeLock},
		{"remove the directory", removable, (*driver).removeDir},
		{"end former holders", (*driver).hasFormer, (*driver).endFormer},
		{"end former holders", (*driver).hasFormer, (*driver).endFormer},
		{"move", movable, (*driver).move},
		{"mount over", both(coverable, asRoot), (*driver).mountOver},
	},
)

func both(a, b func(*driver) bool) func(*driver) bool {
	return func(d *driver) bool { return a(d) && b(d) }
}

func withRust(d *driver) bool   { return d.c.rust != "" }
func asRoot(d *driver) bool     { return d.c.isRoot }
func vacant(d *driver) bool     { return len(d.facts.Holders) == 0 }
func heldAnyhow(d *driver) bool { return !vacant(d) }
func held(d *driver) bool       { return d.holder != nil }
func heldByGo(d *driver) bool   { return d.holder != nil && !d.holder.rust }

// outside: who is the first in a PID namespace can make no child that is its sibling.
func outside(d *driver) bool { return !d.holder.inNS }

// named: the pidfile names the holder. The one in Rust would remove whatever is there when it releases the lock.
func named(d *driver) bool { return heldByGo(d) && d.facts.Pidfile.PID == d.holder.pid }

// removable: what a daemon in Rust holds is left alone, as it finds its files by their path.
func removable(d *driver) bool {
	return d.isThere() && (vacant(d) || heldByGo(d) && len(d.heirs) == 0 && len(d.former) < mostFormer)
}

// coverable: below a mount nobody looks for who holds a lock file that had been removed before.
func coverable(d *driver) bool { return d.isThere() && len(d.former) == 0 }

// movable: the lock file of a directory that was removed keeps the path that this had.
func movable(d *driver) bool {
	return d.isThere() && len(d.former) == 0 && (vacant(d) || heldByGo(d))
}

func (d *driver) isThere() bool   { return !d.facts.Missing }
func (d *driver) hasHeirs() bool  { return len(d.heirs) > 0 && d.holder == nil }
func (d *driver) hasIdle() bool   { return len(d.idle) > 0 }
func (d *driver) hasFormer() bool { return len(d.former) > 0 }
