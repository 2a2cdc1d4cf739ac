package scan

import (
	"os"

	"golang.org/x/sys/unix"
)

// whatLacks finds out what keeps this program from seeing everything.
func whatLacks(mounts *mountTable) (l Lacks) {
	if os.Geteuid() != 0 {
		l |= LacksRoot
	} else if !hasCapability(unix.CAP_SYS_PTRACE) {
		l |= LacksPtrace
	}
	if !mounts.seesAllPIDs() {
		l |= LacksPIDs
	}
	return l
}

// hasCapability reports whether a capability is effective (capabilities(7)).
func hasCapability(number uint) bool {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData
	return unix.Capget(&header, &data[0]) == nil && data[number/32].Effective>>(number%32)&1 == 1
}
