package ui

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"lockscope/lock"
	"lockscope/scan"
)

// noon is when the tests take place.
var noon = time.Date(2026, 11, 22, 16, 6, 0, 0, time.UTC)

const root = "/srv/tenants"

// sample makes a report as the scanner would, for a path below the root.
type sample struct {
	path     string
	state    scan.State
	checking bool
	pid      int // in the pidfile; 0 = there is none
	process  lock.ProcessState
	written  time.Duration // ago
	holders  []scan.Holder
	owner    *scan.Process
	reasons  []scan.Reason
	temps    []string
}

func (s sample) report() *scan.Report {
	r := &scan.Report{Root: root, Path: filepath.Join(root, s.path), Checking: s.checking, Observed: noon}
	r.Verdict.State = s.state
	for _, reason := range s.reasons {
		r.Verdict.Reasons = r.Verdict.Reasons.With(reason)
	}
	e := &r.Evidence
	e.FS, e.Device = "ext4", 254<<8
	e.Dir = lock.FileID{Dev: 1, Ino: 10, MTime: 1}
	e.Lock.ID = lock.FileID{Dev: 1, Ino: 10413990}
	e.Lock.State, e.Source = lock.LockFree, scan.SourceProbe
	if len(s.holders) > 0 {
		e.Lock.State, e.Source = lock.LockHeld, scan.SourceTable
		e.Locker, e.Taker = s.holders[0].PID, lock.ProcessAlive
		if s.holders[0].Inherited {
			e.Locker, e.Taker = s.pid, lock.ProcessGone
		}
	}
	e.Pidfile.State = lock.PidfileMissing
	if s.pid > 0 {
		e.Pidfile = lock.Pidfile{State: lock.PidfileNamed, PID: s.pid, Text: fmt.Sprintln(s.pid),
			ID: lock.FileID{Dev: 1, Ino: 11, MTime: noon.Add(-s.written).UnixNano(), Size: 5}}
	}
	e.Process, e.Holders, e.Owner = s.process, s.holders, s.owner
	for _, name := range s.temps {
		e.Temps = append(e.Temps, lock.Temp{Name: name})
	}
	switch s.state {
	case scan.Unknown:
		e.Lock.State, e.Source, e.Lock.Err = lock.LockUnknown, scan.SourceNone, fmt.Errorf("open %s: %w", r.Path, syscall.EACCES)
		r.Verdict.Reasons = r.Verdict.Reasons.With(scan.Permission)
	case scan.Free:
		e.Pidfile.State = lock.PidfileMissing
	}
	return r
}

func process(pid int, command string, ago time.Duration) *scan.Process {
	return &scan.Process{PID: pid, NSPID: pid, Command: command, User: "root", Started: noon.Add(-ago)}
}

func holder(pid int, command string, ago time.Duration) scan.Holder {
	return scan.Holder{Process: process(pid, command, ago), FD: 7}
}

func inherited(h scan.Holder) scan.Holder {
	h.Inherited, h.Works = true, lock.UseNone
	return h
}
func deleted(h scan.Holder) scan.Holder { h.Deleted = true; return h }

const hour = time.Hour

// troubled has one or more directories of every problem.
var troubled = []sample{
	{path: "eu/shard-03/tenant-0412/data", state: scan.Split, pid: 8121, process: lock.ProcessAlive, written: 3 * time.Minute,
		holders: []scan.Holder{holder(8121, "kvd --data eu/shard-03/tenant-0412/data --listen :7412", 3*time.Minute), deleted(holder(9034, "kvd --data eu/shard-03/tenant-0412/data", 9*hour))},
		reasons: []scan.Reason{scan.LockfileDeleted}},
	{path: "us/shard-02/tenant-0077/data", state: scan.Split, pid: 5120, process: lock.ProcessAlive, written: 26 * hour,
		holders: []scan.Holder{holder(5120, "kvd --data us/shard-02/tenant-0077/data", 26*hour), deleted(holder(4001, "kvd", 80*hour)), deleted(holder(4002, "kvd", 81*hour))},
		reasons: []scan.Reason{scan.LockfileDeleted}},
	{path: "eu/shard-03/tenant-0007/data", state: scan.Unguarded, pid: 7750, process: lock.ProcessAlive, written: 12 * time.Minute,
		owner: process(7750, "kvd --data eu/shard-03/tenant-0007/data", 12*time.Minute), reasons: []scan.Reason{scan.PIDAlive}},
	{path: "us/shard-11/tenant-1180/data", state: scan.Orphaned, pid: 4410, process: lock.ProcessGone, written: 2*hour + 4*time.Minute,
		holders: []scan.Holder{inherited(holder(9377, "logrotate /etc/logrotate.conf", 2*hour))}, reasons: []scan.Reason{scan.PIDGone, scan.InheritedFD}},
	{path: "us/shard-11/tenant-1181/data", state: scan.Orphaned, pid: 4411, process: lock.ProcessGone, written: 2*hour + 4*time.Minute,
		holders: []scan.Holder{inherited(holder(9378, "logrotate /etc/logrotate.conf", 2*hour))}, reasons: []scan.Reason{scan.PIDGone, scan.InheritedFD}},
	{path: "eu/shard-07/tenant-0931/data", state: scan.Mismatch, pid: 5001, process: lock.ProcessGone, written: 40 * time.Minute,
		holders: []scan.Holder{holder(6200, "kvd --data eu/shard-07/tenant-0931/data", 39*time.Minute)}, reasons: []scan.Reason{scan.PIDGone, scan.PIDNotHolder}},
	{path: "eu/shard-08/tenant-0002/data", state: scan.Unnamed, holders: []scan.Holder{holder(31999, "kvd --data eu/shard-08/tenant-0002/data", 5*hour)},
		reasons: []scan.Reason{scan.PidfileMissing}},
	{path: "eu/shard-01/tenant-0100/data", state: scan.Stale, pid: 2210, process: lock.ProcessGone, written: 4 * 24 * hour, reasons: []scan.Reason{scan.PIDGone}},
	{path: "eu/shard-01/tenant-0101/data", state: scan.Stale, pid: 2211, process: lock.ProcessGone, written: 4 * 24 * hour, reasons: []scan.Reason{scan.PIDGone},
		temps: []string{".handoff.pidfile.tmp"}},
	{path: "us/shard-12/tenant-1200/data", state: scan.Stale, pid: 1, process: lock.ProcessReused, written: 30 * 24 * hour,
		owner: process(1, "/sbin/init", 2*hour), reasons: []scan.Reason{scan.PIDReused}},
	{path: "us/shard-12/tenant-1201/data", state: scan.Unknown},
	{path: "us/shard-12/tenant-1202/data", state: scan.Unnamed, checking: true, holders: []scan.Holder{holder(777, "kvd", time.Second)}},
}

// fleet is the troubled ones and n healthy ones, every fifth of them free.
func fleet(n int) []scan.Change {
	out := make([]scan.Change, 0, n+len(troubled))
	for _, s := range troubled {
		out = append(out, scan.Change{Report: s.report(), New: true})
	}
	for i := range n {
		s := sample{path: fmt.Sprintf("%s/shard-%02d/tenant-%05d/data", []string{"eu", "us"}[i%2], i%40, i), state: scan.Free}
		if i%5 != 0 {
			pid := 10000 + i
			s.state, s.pid, s.process, s.written = scan.Held, pid, lock.ProcessAlive, time.Duration(i)*time.Minute
			s.holders = []scan.Holder{holder(pid, fmt.Sprintf("kvd --data /srv/tenants/%s --listen :%d", s.path, 7000+i), s.written)}
		}
		out = append(out, scan.Change{Report: s.report(), New: true})
	}
	return out
}

// scanned is an update at the end of a pass.
func scanned(changes []scan.Change, gone ...string) scan.Update {
	return scan.Update{Changes: changes, Gone: gone, Interval: 2 * time.Second,
		Summary: &scan.Summary{Dirs: len(changes), Duration: 412 * time.Millisecond}}
}

func now(s sample) scan.Update { return scanned([]scan.Change{{Report: s.report()}}) }

var errNotStale = errors.New("changed since you looked: held by 4711")

// fakeSource hands over what a test puts into it, and notes what it is asked.
type fakeSource struct {
	updates chan scan.Update

	mu       sync.Mutex
	observed [][]string
	walked   int
	interval []time.Duration
}

func newFakeSource() *fakeSource { return &fakeSource{updates: make(chan scan.Update, 16)} }

func (s *fakeSource) Run(ctx context.Context, sink func(scan.Update)) error {
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case u := <-s.updates:
			sink(u)
		}
	}
}

func (s *fakeSource) Observe(paths ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.observed = append(s.observed, paths)
}

func (s *fakeSource) Walk() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.walked++
}

func (s *fakeSource) SetInterval(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.interval = append(s.interval, d)
}
