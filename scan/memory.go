package scan

import (
	"fmt"

	"lockscope/scan/report"
)

// MostDirs is how many data directories are known at most, so that they fit into Config.Memory. 0 = as many as
// there are.
func (c *Config) MostDirs() int {
	if c.Memory <= 0 {
		return 0
	}
	perDir := int64(dirMemory)
	if c.SummaryOnly {
		perDir = countedMemory
	}
	return int(max(c.Memory*heapShare/100-baseMemory, 0)/perDir) + leastDirs
}

// MostWatches is how many directories are watched at most, so that what the kernel keeps of them fits into
// Config.Memory. 0 = as many as the host allows.
func (c *Config) MostWatches() int {
	if c.Memory <= 0 {
		return 0
	}
	return int(c.Memory*watchShare/100/watchMemory) + 1
}

// leaveOut reports whether a directory is left out, since it has no record and is one too many, and counts it then.
// Without this the kernel would kill the program in the middle of a scan, and it would say nothing at all.
func (r *round) leaveOut(now *report.Report) bool {
	rs, most := &r.m.records, r.m.mostDirs
	if most == 0 || rs.find(now.Path) != nil || len(rs.byPath)+len(rs.counted.files) < most ||
		rs.hasAlias(now.Evidence.Dir) {
		return false
	}
	if r.leftOut == nil {
		r.leftOut = map[string]int{}
	}
	r.leftOut[now.Root]++
	return true
}

// tellLeftOut reports each root below which directories were left out, as an error.
func (r *round) tellLeftOut() {
	r.m.mu.Lock()
	leftOut := r.leftOut
	r.leftOut = nil
	r.m.mu.Unlock()
	for root, n := range leftOut {
		noun := "directories are"
		if n == 1 {
			noun = "directory is"
		}
		r.m.reportError(report.PathError{Path: root, Root: true, Err: fmt.Errorf(
			"%d data %s left out: there is room for %d in the memory that this program may use (%d MB)", n, noun, r.m.mostDirs, r.m.cfg.Memory>>20)})
	}
}
