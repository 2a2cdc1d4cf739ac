package observe

import (
	"os"

	"golang.org/x/sys/unix"

	"lockscope/lock/proc"
	"lockscope/scan/report"
)

// whatLacks finds out what keeps this program from seeing everything.
func whatLacks(mounts *mountTable) (l report.Lacks) {
	if os.Geteuid() != 0 {
		l |= report.LacksRoot
	} else if !proc.HasCapability(unix.CAP_SYS_PTRACE) {
		l |= report.LacksPtrace
	}
	if !mounts.seesAllPIDs() {
		l |= report.LacksPIDs
	}
	return l
}
