package scan

import (
	"lockscope/lock/proc"
	"lockscope/scan/report"
)

// counted is what is kept, with Config.SummaryOnly, of the directories whose verdict stands: how many
// are in which state, and which lock files they have. Of 100,000 directories that takes 15 MB, where
// their reports take 100.
type counted struct {
	on     bool
	states map[report.State]int
	files  map[proc.File]report.State
	shared bool // on some device, inode numbers do not say which file it is
}

// count counts a directory whose verdict stands instead of keeping its record, if that will do: it
// has a lock file, by which it is recognized where it has to be looked at again.
func (rs *records) count(r *record) {
	c, ev := &rs.counted, &r.report.Evidence
	file := ev.LockedFile()
	if r.counted {
		if state, ok := c.files[file]; ok {
			delete(c.files, file)
			c.states[state]--
		}
		r.counted = false
	}
	if r.report.Checking || file.Ino == 0 {
		return
	}
	if c.files == nil {
		c.files, c.states = map[proc.File]report.State{}, map[report.State]int{}
	}
	c.states[r.report.Verdict.State]++
	c.files[file] = r.report.Verdict.State
	c.shared = c.shared || ev.SharesDevice()
	rs.remove(r.path)
}

// recount makes a record again of a directory that is counted, to be looked at again. It counts as
// awaiting that.
func (rs *records) recount(root, path string) *record {
	r := rs.add(path)
	r.report, r.counted = &report.Report{Root: root, Path: path, Checking: true}, true
	r.settling = &settling{}
	return r
}
