package scan

import (
	"os"

	"golang.org/x/sys/unix"

	"lockscope/lock/proc"
)

// whatLacks finds out what keeps this program from seeing everything.
func whatLacks(mounts *mountTable) (l Lacks) {
	if os.Geteuid() != 0 {
		l |= LacksRoot
	} else if !proc.HasCapability(unix.CAP_SYS_PTRACE) {
		l |= LacksPtrace
	}
	if !mounts.seesAllPIDs() {
		l |= LacksPIDs
	}
	return l
}
