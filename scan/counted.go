package scan

import (
	"lockscope/lock/proc"
	"lockscope/scan/report"
)

// counted replaces, with Config.SummaryOnly, the records of the directories whose verdict stands. It
// has the number of them in each state, and their lock files. For 100,000 directories that takes 15 MB,
// where their records take 100.
type counted struct {
	on     bool
	states map[report.State]int
	files  map[proc.File]report.State
	shared bool // on some device, inode numbers do not say which file it is
}

// count replaces the record of a directory by a count, if its verdict stands and it has a lock file. By
// that it is recognized if it turns out to be split: see restoreCounted.
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

// restoreCounted makes a record again for a directory that was counted, since its verdict does not stand
// any more. The next look at it, in count, takes it out of the count.
func (rs *records) restoreCounted(root, path string) *record {
	r := rs.add(path)
	r.report, r.counted = &report.Report{Root: root, Path: path, Checking: true}, true
	r.settling = &settling{}
	return r
}
