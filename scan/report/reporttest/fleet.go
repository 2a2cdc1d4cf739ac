package reporttest

import (
	"fmt"
	"time"

	"lockscope/lock"
	"lockscope/scan/report"
)

// Troubled has one or more directories of every problem.
var Troubled = []Dir{
	{Path: "eu/shard-03/tenant-0412/data", State: report.Split, PID: 8121, Process: lock.ProcessAlive, Written: 3 * time.Minute,
		Holders: []report.Holder{Holder(8121, "kvd --data eu/shard-03/tenant-0412/data --listen :7412", 3*time.Minute), Deleted(Holder(9034, "kvd --data eu/shard-03/tenant-0412/data", 9*time.Hour))},
		Reasons: []report.Reason{report.LockfileDeleted}},
	{Path: "us/shard-02/tenant-0077/data", State: report.Split, PID: 5120, Process: lock.ProcessAlive, Written: 26 * time.Hour,
		Holders: []report.Holder{Holder(5120, "kvd --data us/shard-02/tenant-0077/data", 26*time.Hour), Deleted(Holder(4001, "kvd", 80*time.Hour)), Deleted(Holder(4002, "kvd", 81*time.Hour))},
		Reasons: []report.Reason{report.LockfileDeleted}},
	{Path: "eu/shard-03/tenant-0007/data", State: report.Unguarded, PID: 7750, Process: lock.ProcessAlive, Written: 12 * time.Minute,
		Owner: process(7750, "kvd --data eu/shard-03/tenant-0007/data", 12*time.Minute), Reasons: []report.Reason{report.PIDAlive}},
	{Path: "us/shard-11/tenant-1180/data", State: report.Orphaned, PID: 4410, Process: lock.ProcessGone, Written: 2*time.Hour + 4*time.Minute,
		Holders: []report.Holder{Inherited(Holder(9377, "logrotate /etc/logrotate.conf", 2*time.Hour))}, Reasons: []report.Reason{report.PIDGone, report.InheritedFD}},
	{Path: "us/shard-11/tenant-1181/data", State: report.Orphaned, PID: 4411, Process: lock.ProcessGone, Written: 2*time.Hour + 4*time.Minute,
		Holders: []report.Holder{Inherited(Holder(9378, "logrotate /etc/logrotate.conf", 2*time.Hour))}, Reasons: []report.Reason{report.PIDGone, report.InheritedFD}},
	{Path: "eu/shard-07/tenant-0931/data", State: report.Mismatch, PID: 5001, Process: lock.ProcessGone, Written: 40 * time.Minute,
		Holders: []report.Holder{Holder(6200, "kvd --data eu/shard-07/tenant-0931/data", 39*time.Minute)}, Reasons: []report.Reason{report.PIDGone, report.PIDNotHolder}},
	{Path: "eu/shard-08/tenant-0002/data", State: report.Unnamed, Holders: []report.Holder{Holder(31999, "kvd --data eu/shard-08/tenant-0002/data", 5*time.Hour)},
		Reasons: []report.Reason{report.PidfileMissing}},
	{Path: "eu/shard-01/tenant-0100/data", State: report.Stale, PID: 2210, Process: lock.ProcessGone, Written: 4 * 24 * time.Hour, Reasons: []report.Reason{report.PIDGone}},
	{Path: "eu/shard-01/tenant-0101/data", State: report.Stale, PID: 2211, Process: lock.ProcessGone, Written: 4 * 24 * time.Hour, Reasons: []report.Reason{report.PIDGone},
		Temps: []string{".handoff.pidfile.tmp"}},
	{Path: "us/shard-12/tenant-1200/data", State: report.Stale, PID: 1, Process: lock.ProcessReused, Written: 30 * 24 * time.Hour,
		Owner: process(1, "/sbin/init", 2*time.Hour), Reasons: []report.Reason{report.PIDReused}},
	{Path: "us/shard-12/tenant-1201/data", State: report.Unknown},
	{Path: "us/shard-12/tenant-1202/data", State: report.Unnamed, Checking: true, Holders: []report.Holder{Holder(777, "kvd", time.Second)}},
}

// Fleet is the troubled ones and n healthy ones, every fifth of them free.
func Fleet(n int) []report.Change {
	out := make([]report.Change, 0, n+len(Troubled))
	for _, s := range Troubled {
		out = append(out, report.Change{Report: s.Report(), New: true})
	}
	for i := range n {
		s := Dir{Path: fmt.Sprintf("%s/shard-%02d/tenant-%05d/data", []string{"eu", "us"}[i%2], i%40, i), State: report.Free}
		if i%5 != 0 {
			pid := 10000 + i
			s.State, s.PID, s.Process, s.Written = report.Held, pid, lock.ProcessAlive, time.Duration(i)*time.Minute
			s.Holders = []report.Holder{Holder(pid, fmt.Sprintf("kvd --data /srv/tenants/%s --listen :%d", s.Path, 7000+i), s.Written)}
		}
		out = append(out, report.Change{Report: s.Report(), New: true})
	}
	return out
}

// Scanned is an update at the end of a pass.
func Scanned(changes []report.Change, gone ...string) report.Update {
	return report.Update{Changes: changes, Gone: gone, Interval: 2 * time.Second,
		Summary: &report.Summary{Dirs: len(changes), Duration: 412 * time.Millisecond}}
}

// Changes are reports on directories, as an update has them.
func Changes(samples ...Dir) []report.Change {
	var out []report.Change
	for _, s := range samples {
		out = append(out, report.Change{Report: s.Report()})
	}
	return out
}
