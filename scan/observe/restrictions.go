package observe

import (
	"os"

	"golang.org/x/sys/unix"

	"lockscope/lock/proc"
	"lockscope/scan/report"
)

// findRestrictions finds out what keeps this program from seeing everything.
func findRestrictions(mounts *mountTable) (r report.Restrictions) {
	if os.Geteuid() != 0 {
		r |= report.NotRoot
	} else if !proc.HasCapability(unix.CAP_SYS_PTRACE) {
		r |= report.NoPtrace
	}
	if !mounts.seesAllPIDs() {
		r |= report.NestedPIDNS
	}
	if mounts.ours == nil {
		r |= report.NoProc
	}
	return r
}
