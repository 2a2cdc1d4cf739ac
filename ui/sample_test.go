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
	"lockscope/scan/report"
)

// noon is when the tests take place.
var noon = time.Date(2026, 11, 22, 16, 6, 0, 0, time.UTC)

const root = "/srv/tenants"

// sample makes a report as the scanner would, for a path below the root.
type sample struct {
	path     string
	state    report.State
	checking bool
	pid      int // in the pidfile; 0 = there is none
	process  lock.ProcessState
	written  time.Duration // ago
	holders  []report.Holder
	owner    *report.Process
	reasons  []report.Reason
	temps    []string
}

func (s sample) report() *report.Report {
	r := &report.Report{Root: root, Path: filepath.Join(root, s.path), Checking: s.checking, Observed: noon}
	r.Verdict.State = s.state
	for _, reason := range s.reasons {
		r.Verdict.Reasons = r.Verdict.Reasons.With(reason)
	}
	e := &r.Evidence
	e.FS, e.Device = "ext4", 254<<8
	e.Dir = lock.FileID{Dev: 1, Ino: 10, MTime: 1}
	e.Lock.ID = lock.FileID{Dev: 1, Ino: 10413990}
	e.Lock.State, e.Source = lock.LockFree, report.SourceProbe
	if len(s.holders) > 0 {
		e.Lock.State, e.Source = lock.LockHeld, report.SourceTable
		e.Locker, e.Taker = s.holders[0].Process.PID, lock.ProcessAlive
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
	case report.Unknown:
		e.Lock.State, e.Source, e.Lock.Err = lock.LockUnknown, report.SourceNone, fmt.Errorf("open %s: %w", r.Path, syscall.EACCES)
		r.Verdict.Reasons = r.Verdict.Reasons.With(report.Permission)
	case report.Free:
		e.Pidfile.State = lock.PidfileMissing
	}
	return r
}

func process(pid int, command string, ago time.Duration) *report.Process {
	return &report.Process{PID: pid, NSPID: pid, Command: command, User: "root", Started: noon.Add(-ago)}
}

func holder(pid int, command string, ago time.Duration) report.Holder {
	return report.Holder{Process: process(pid, command, ago), FD: 7}
}

func inherited(h report.Holder) report.Holder {
	h.Inherited, h.Works = true, lock.UseNone
	return h
}
func deleted(h report.Holder) report.Holder { h.Deleted = true; return h }

const hour = time.Hour

// troubled has one or more directories of every problem.
var troubled = []sample{
	{path: "eu/shard-03/tenant-0412/data", state: report.Split, pid: 8121, process: lock.ProcessAlive, written: 3 * time.Minute,
		holders: []report.Holder{holder(8121, "kvd --data eu/shard-03/tenant-0412/data --listen :7412", 3*time.Minute), deleted(holder(9034, "kvd --data eu/shard-03/tenant-0412/data", 9*hour))},
		reasons: []report.Reason{report.LockfileDeleted}},
	{path: "us/shard-02/tenant-0077/data", state: report.Split, pid: 5120, process: lock.ProcessAlive, written: 26 * hour,
		holders: []report.Holder{holder(5120, "kvd --data us/shard-02/tenant-0077/data", 26*hour), deleted(holder(4001, "kvd", 80*hour)), deleted(holder(4002, "kvd", 81*hour))},
		reasons: []report.Reason{report.LockfileDeleted}},
	{path: "eu/shard-03/tenant-0007/data", state: report.Unguarded, pid: 7750, process: lock.ProcessAlive, written: 12 * time.Minute,
		owner: process(7750, "kvd --data eu/shard-03/tenant-0007/data", 12*time.Minute), reasons: []report.Reason{report.PIDAlive}},
	{path: "us/shard-11/tenant-1180/data", state: report.Orphaned, pid: 4410, process: lock.ProcessGone, written: 2*hour + 4*time.Minute,
		holders: []report.Holder{inherited(holder(9377, "logrotate /etc/logrotate.conf", 2*hour))}, reasons: []report.Reason{report.PIDGone, report.InheritedFD}},
	{path: "us/shard-11/tenant-1181/data", state: report.Orphaned, pid: 4411, process: lock.ProcessGone, written: 2*hour + 4*time.Minute,
		holders: []report.Holder{inherited(holder(9378, "logrotate /etc/logrotate.conf", 2*hour))}, reasons: []report.Reason{report.PIDGone, report.InheritedFD}},
	{path: "eu/shard-07/tenant-0931/data", state: report.Mismatch, pid: 5001, process: lock.ProcessGone, written: 40 * time.Minute,
		holders: []report.Holder{holder(6200, "kvd --data eu/shard-07/tenant-0931/data", 39*time.Minute)}, reasons: []report.Reason{report.PIDGone, report.PIDNotHolder}},
	{path: "eu/shard-08/tenant-0002/data", state: report.Unnamed, holders: []report.Holder{holder(31999, "kvd --data eu/shard-08/tenant-0002/data", 5*hour)},
		reasons: []report.Reason{report.PidfileMissing}},
	{path: "eu/shard-01/tenant-0100/data", state: report.Stale, pid: 2210, process: lock.ProcessGone, written: 4 * 24 * hour, reasons: []report.Reason{report.PIDGone}},
	{path: "eu/shard-01/tenant-0101/data", state: report.Stale, pid: 2211, process: lock.ProcessGone, written: 4 * 24 * hour, reasons: []report.Reason{report.PIDGone},
		temps: []string{".handoff.pidfile.tmp"}},
	{path: "us/shard-12/tenant-1200/data", state: report.Stale, pid: 1, process: lock.ProcessReused, written: 30 * 24 * hour,
		owner: process(1, "/sbin/init", 2*hour), reasons: []report.Reason{report.PIDReused}},
	{path: "us/shard-12/tenant-1201/data", state: report.Unknown},
	{path: "us/shard-12/tenant-1202/data", state: report.Unnamed, checking: true, holders: []report.Holder{holder(777, "kvd", time.Second)}},
}

// fleet is the troubled ones and n healthy ones, every fifth of them free.
func fleet(n int) []report.Change {
	out := make([]report.Change, 0, n+len(troubled))
	for _, s := range troubled {
		out = append(out, report.Change{Report: s.report(), New: true})
	}
	for i := range n {
		s := sample{path: fmt.Sprintf("%s/shard-%02d/tenant-%05d/data", []string{"eu", "us"}[i%2], i%40, i), state: report.Free}
		if i%5 != 0 {
			pid := 10000 + i
			s.state, s.pid, s.process, s.written = report.Held, pid, lock.ProcessAlive, time.Duration(i)*time.Minute
			s.holders = []report.Holder{holder(pid, fmt.Sprintf("kvd --data /srv/tenants/%s --listen :%d", s.path, 7000+i), s.written)}
		}
		out = append(out, report.Change{Report: s.report(), New: true})
	}
	return out
}

// scanned is an update at the end of a pass.
func scanned(changes []report.Change, gone ...string) report.Update {
	return report.Update{Changes: changes, Gone: gone, Interval: 2 * time.Second,
		Summary: &report.Summary{Dirs: len(changes), Duration: 412 * time.Millisecond}}
}

func now(s sample) report.Update { return scanned([]report.Change{{Report: s.report()}}) }

var errNotStale = errors.New("changed since you looked: held by 4711")

// fakeSource hands over what a test puts into it, and notes what it is asked.
type fakeSource struct {
	updates chan report.Update

	mu       sync.Mutex
	observed [][]string
	walked   int
	interval []time.Duration
}

func newFakeSource() *fakeSource { return &fakeSource{updates: make(chan report.Update, 16)} }

func (s *fakeSource) Run(ctx context.Context, sink func(report.Update)) error {
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
