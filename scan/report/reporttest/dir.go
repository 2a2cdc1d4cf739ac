// Package reporttest makes reports such as a scan makes, for tests: a directory in a state, with the
// processes that the state needs, at a time that is always the same.
package reporttest

import (
	"fmt"
	"path/filepath"
	"syscall"
	"time"

	"lockscope/lock"
	"lockscope/scan/report"
)

// Noon is when the tests take place.
var Noon = time.Date(2026, 11, 22, 16, 6, 0, 0, time.UTC)

// Root is the root of all of them.
const Root = "/srv/tenants"

// Dir is a directory below Root, and what a scan finds in it.
type Dir struct {
	Path     string // relative to Root
	State    report.State
	Checking bool
	PID      int // in the pidfile; 0 = there is none
	Process  lock.ProcessState
	Written  time.Duration // ago
	Holders  []report.Holder
	Owner    *report.Process
	Reasons  []report.Reason
	Temps    []string
}

// Report is the report that a scan makes of it.
func (s Dir) Report() *report.Report {
	r := &report.Report{Root: Root, Path: filepath.Join(Root, s.Path), Checking: s.Checking, Observed: Noon}
	r.Verdict.State = s.State
	for _, reason := range s.Reasons {
		r.Verdict.Reasons = r.Verdict.Reasons.With(reason)
	}
	e := &r.Evidence
	e.FS, e.Device = "ext4", 254<<8
	e.Dir = lock.FileID{Dev: 1, Ino: 10, MTime: 1}
	e.Lock.ID = lock.FileID{Dev: 1, Ino: 10413990}
	e.Lock.State, e.Source = lock.LockFree, report.SourceProbe
	if len(s.Holders) > 0 {
		e.Lock.State, e.Source = lock.LockHeld, report.SourceTable
		e.Locker, e.Taker = s.Holders[0].Process.PID, lock.ProcessAlive
		if s.Holders[0].Inherited {
			e.Locker, e.Taker = s.PID, lock.ProcessGone
		}
	}
	e.Pidfile.State = lock.PidfileMissing
	if s.PID > 0 {
		e.Pidfile = lock.Pidfile{State: lock.PidfileNamed, PID: s.PID, Text: fmt.Sprintln(s.PID),
			ID: lock.FileID{Dev: 1, Ino: 11, MTime: Noon.Add(-s.Written).UnixNano(), Size: 5}}
	}
	e.Process, e.Holders, e.Owner = s.Process, s.Holders, s.Owner
	for _, name := range s.Temps {
		e.Temps = append(e.Temps, lock.Temp{Name: name})
	}
	switch s.State {
	case report.Unknown:
		e.Lock.State, e.Source, e.Lock.Err = lock.LockUnknown, report.SourceNone, fmt.Errorf("open %s: %w", r.Path, syscall.EACCES)
		r.Verdict.Reasons = r.Verdict.Reasons.With(report.Permission)
	case report.Free:
		e.Pidfile.State = lock.PidfileMissing
	}
	switch {
	case s.PID > 0:
		r.Since.At = Noon.Add(-s.Written)
	case len(s.Holders) > 0:
		r.Since.At = s.Holders[0].Process.Started
	default:
		r.Since = r.FirstSince()
	}
	return r
}

func process(pid int, command string, ago time.Duration) *report.Process {
	return &report.Process{PID: pid, NSPID: pid, Command: command, User: "root", Started: Noon.Add(-ago)}
}

// Holder is a process that started that long ago and holds the lock by its descriptor 7.
func Holder(pid int, command string, ago time.Duration) report.Holder {
	return report.Holder{Process: process(pid, command, ago), FD: 7}
}

// Inherited is a holder by a descriptor that another process opened.
func Inherited(h report.Holder) report.Holder {
	h.Inherited, h.OtherUse = true, lock.UseNone
	return h
}

// Deleted is a holder of a lock file that is the directory's no longer.
func Deleted(h report.Holder) report.Holder { h.Deleted = true; return h }

// Free is a free directory.
func Free(path string) Dir { return Dir{Path: path, State: report.Free} }

// Stale is a directory that a process left an hour ago, without a release.
func Stale(path string) Dir {
	return Dir{Path: path, State: report.Stale, PID: 99, Written: time.Hour}
}

// Held is a directory whose lock is held by the process that the pidfile names.
func Held(path string, pid int) Dir {
	return Dir{Path: path, State: report.Held, PID: pid, Written: time.Hour, Holders: []report.Holder{Holder(pid, "kvd", time.Hour)}}
}
