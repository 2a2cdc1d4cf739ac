package list

import (
	"iter"
	"strings"
	"time"

	"lockscope/lock"
	"lockscope/scan/report"
	"lockscope/ui/show"
)

// context is what a filter needs to know besides what it looks at.
type context struct {
	base  string    // that paths are shown relative to
	host  string    // that the directories are on
	ascii bool      // names are shown in ASCII, and are found as they are shown, too
	now   time.Time // for ages
}

// below is a path relative to the base.
func (in *context) below(path string) string {
	return strings.TrimPrefix(strings.TrimPrefix(path, in.base), "/")
}

// processesOf are the processes that a filter looks at: the holders, and the process that the pidfile names.
func processesOf(r *report.Report) iter.Seq[*report.Process] {
	return func(yield func(*report.Process) bool) {
		holders := r.Evidence.Holders
		for i := range holders[:min(len(holders), show.MaxHolders)] {
			if !yield(holders[i].Process) {
				return
			}
		}
		if o := r.Evidence.Owner; o != nil && !show.Holds(r, o.PID) {
			yield(o)
		}
	}
}

// commandOf is what a filter looks through of a command line.
func commandOf(p *report.Process) string {
	return p.Command[:min(len(p.Command), maxSearchedCommand)]
}

// searched is the part of a row that nearly every filter looks at, and the holders. It stands in the row,
// since what these take is the way to what they read, which lies all over the memory.
type searched struct {
	path    string // of the report
	command string // of the process
	process int32  // PID of the one process that there is, 0 = there is none
	named   int32  // the PID in the pidfile, 0 = there is none

	lower      bool              // the path and every command is printable ASCII in lower case
	alone      bool              // there is one process at most: else process and command tell of the last one alone
	holds      bool              // there are holders
	namedHolds bool              // the PID in the pidfile is that of a holder
	namedState lock.ProcessState // of the process with that PID
}

func newSearched(r *report.Report) searched {
	ev := &r.Evidence
	s := searched{
		path: r.Path, lower: isLower(r.Path), holds: len(ev.Holders) > 0,
		named: int32(show.NamedPID(r)), namedHolds: ev.NamedHolds(), namedState: ev.Process,
	}
	n := 0
	for p := range processesOf(r) {
		s.command, s.process = commandOf(p), int32(p.PID)
		s.lower = s.lower && isLower(s.command)
		n++
	}
	s.alone = n <= 1
	return s
}
