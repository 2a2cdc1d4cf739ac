package scan

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"lockscope/lock"
	"lockscope/lock/proc"
	"lockscope/scan/pool"
	"lockscope/scan/report"
)

// sweepAgain is how many looks one sweep of all processes serves. What it found
// is confirmed at each look, so only a holder that came since is missed.
const sweepAgain = 5

// settleAll looks again at every directory whose verdict does not stand yet,
// until none is left. For these looks, all processes are searched for holders.
func (p *pass) settleAll(ctx context.Context) error {
	var swept *swept
	for looks := 0; ; looks++ {
		again := p.unsettled()
		maps.Copy(again, p.asked()) // who asks does not wait for the others to settle
		if len(again) == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(lookAgain):
		}
		obs := p.newObserver()
		if looks%sweepAgain == 0 {
			swept = sweep(ctx, obs.procs, p.knownLocks().explains)
		}
		obs.swept = swept
		if err := p.lookAgain(ctx, obs, again); err != nil {
			return err
		}
	}
}

// lookAgain looks at these directories afresh. It does so in a pass of its own: a job of the
// first that was given up may come back at any time.
func (p *pass) lookAgain(ctx context.Context, obs *observer, again map[string]entry) error {
	q := *p
	q.obs, q.looking = obs, true
	q.todo = request{walk: p.todo.walk, paths: map[string]bool{}}
	err := q.openRoots(ctx)
	defer q.closeRoots()
	if err != nil {
		return err
	}
	var jobs []pool.Job
	for path, e := range again {
		q.todo.paths[path] = true
		jobs = append(jobs, q.relook(e))
	}
	q.pool.Add(jobs...)
	return q.pool.Wait(ctx)
}

// asked takes the directories that Observe named meanwhile.
func (p *pass) asked() map[string]entry {
	p.Monitor.mu.Lock()
	defer p.Monitor.mu.Unlock()
	found := map[string]entry{}
	for path := range p.wanted.paths {
		if e := p.entries.find(path); e != nil {
			found[path] = *e
		}
	}
	p.wanted.paths = nil
	return found
}

func (p *pass) unsettled() map[string]entry {
	p.Monitor.mu.Lock()
	defer p.Monitor.mu.Unlock()
	found := map[string]entry{}
	for e := range p.entries.all() {
		if e.settling != nil {
			found[e.path] = *e
		}
	}
	return found
}

// suspect takes back the verdicts on directories that look sound, but of which some process
// holds a lock file that was deleted or replaced: they are to be looked at again.
func (p *pass) suspect(ctx context.Context) {
	var changes []report.Change
	for path, root := range p.formerHolders(ctx) {
		if c := p.retract(path, root); c != nil {
			changes = append(changes, *c)
		}
	}
	if len(changes) == 0 || p.cfg.SummaryOnly {
		return
	}
	p.out.put(func(u *report.Update) {
		for i, c := range changes {
			// What has not been delivered yet never was so.
			u.Changes = slices.DeleteFunc(u.Changes, func(d report.Change) bool {
				changes[i].New = changes[i].New || d.Report.Path == c.Report.Path && d.New
				return d.Report.Path == c.Report.Path
			})
		}
		u.Changes = append(u.Changes, changes...)
	})
}

// retract takes back the verdict on a directory, if there is one and it is not known to be split.
func (p *pass) retract(path, root string) *report.Change {
	p.Monitor.mu.Lock()
	defer p.Monitor.mu.Unlock()
	e := p.entries.find(path)
	if e == nil && p.cfg.SummaryOnly {
		e = p.entries.add(path)
		e.report, e.settling, e.tallied = &report.Report{Root: root, Path: path, Checking: true}, &settling{}, true
		return nil
	}
	if e == nil || e.settling != nil || e.report.Verdict.State == report.Split {
		return nil
	}
	again := *e.report
	again.Checking = true
	c := &report.Change{Report: &again, From: e.report.Verdict.State}
	e.report, e.settling = &again, &settling{}
	return c
}

// formerHolders returns the paths of directories of which a process holds a
// lock file that is deleted, with their roots'. Nothing in the directory tells; a line in the
// kernel's table of a file that is no known lock file does, and
// who took that lock is looked at. Where the table does not say which file a line
// is of, or its taker is dead, all processes are.
func (p *pass) formerHolders(ctx context.Context) map[string]string {
	found := map[string]string{}
	known := p.knownLocks()
	for _, pid := range p.takersOfStrays(known) {
		if ctx.Err() != nil {
			break
		}
		for _, d := range p.obs.procs.find(pid).former(known.explains, func(*descriptor) bool { return true }) {
			if path, root, ok := p.formerlyOf(&d); ok && (d.deleted || p.obs.procs.covered(&d)) {
				found[path] = root
			}
		}
	}
	return found
}

// fewDescriptors is how many descriptors all processes together may have for their links to
// be read instead of the kernel's table. That takes 5 ms at most; who opens the table waits longer than
// that for its first line, for a grace period of RCU (percpu_down_write in fs/locks.c).
const fewDescriptors = 2000

// takersOfStrays returns the processes that may hold a lock file which no
// directory has.
func (p *pass) takersOfStrays(known *knownLocks) []int {
	pids := p.obs.procs.pids()
	if !p.obs.table.loaded() && p.obs.procs.haveAtMost(fewDescriptors, pids) {
		return pids
	}
	takers, covered := map[int]bool{}, map[int]bool{}
	sound := !known.shared && p.obs.table.each(func(line proc.Lock) {
		switch {
		case !known.has(line):
			takers[line.PID] = true
		case known.covered[line.Dev]:
			covered[line.PID] = true
		}
	})
	for pid := range takers {
		sound = sound && p.obs.procs.find(pid).state == lock.ProcessAlive
	}
	if !sound {
		return pids
	}
	maps.Copy(takers, covered) // where these are dead, it may be anybody's lock, and not worth a search of all processes
	return slices.Collect(maps.Keys(takers))
}

// knownLocks are the lock files that are there, in the terms of lock lines.
type knownLocks struct {
	monitor *Monitor
	files   map[fileKey]bool // of the directories that have an entry
	devices map[uint64]bool
	covered map[uint64]bool // devices without any of them, on which others may be that a mount covers
	shared  bool            // on some device, inode numbers do not say which file it is
}

func (p *pass) knownLocks() *knownLocks {
	m := p.Monitor
	m.mu.Lock()
	defer m.mu.Unlock()
	k := &knownLocks{
		monitor: m,
		files:   make(map[fileKey]bool, m.entries.len()),
		devices: map[uint64]bool{},
		covered: map[uint64]bool{},
		shared:  m.tally.shared,
	}
	for key := range m.tally.files {
		k.devices[key.dev] = true
	}
	for e := range m.entries.all() {
		key := lockFileOf(&e.report.Evidence)
		k.files[key], k.devices[key.dev] = true, true
		k.shared = k.shared || sharesDevice(&e.report.Evidence)
	}
	for _, dev := range p.devicesBelow() {
		k.covered[dev] = !k.devices[dev]
	}
	return k
}

// devicesBelow returns the devices of the mounts that lead to the roots, and of those below them: a directory may have
// been on any of these before the next was mounted over it.
func (p *pass) devicesBelow() (devices []uint64) {
	for _, m := range p.obs.mounts.ours {
		if slices.ContainsFunc(p.roots, func(r *root) bool { return proc.Within(r.real, m.Point) || proc.Within(m.Point, r.real) }) {
			devices = append(devices, m.Dev)
		}
	}
	return devices
}

// explains reports whether a lock is on one of them, or on a device that has nothing to do with any.
func (k *knownLocks) explains(line proc.Lock) bool { return k.has(line) && !k.covered[line.Dev] }

// has reports whether a lock is on one of them, or on another device than all of
// them. Neither is a lock file that was deleted.
func (k *knownLocks) has(line proc.Lock) bool {
	if !k.devices[line.Dev] {
		return true
	}
	if k.shared {
		return false
	}
	key := fileKey{line.Dev, line.Ino}
	if k.files[key] {
		return true
	}
	k.monitor.mu.Lock()
	defer k.monitor.mu.Unlock()
	_, ok := k.monitor.tally.files[key]
	return ok
}

// formerlyOf returns the path of the directory whose lock file a descriptor is, or was, on, and its root's.
func (p *pass) formerlyOf(d *descriptor) (path, root string, ok bool) {
	where, ok := p.obs.procs.place(d)
	if !ok {
		return "", "", false
	}
	where.Path = strings.TrimSuffix(where.Path, "/"+p.obs.procs.names.Lock)
	for _, name := range p.obs.mounts.ours.Names(where) {
		for _, r := range p.roots {
			if proc.Within(name, r.real) {
				return strings.TrimSuffix(r.path, "/") + strings.TrimPrefix(name, strings.TrimSuffix(r.real, "/")), r.path, true
			}
		}
	}
	return "", "", false
}
