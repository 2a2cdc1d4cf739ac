//go:build linux

package proc

import "golang.org/x/sys/unix"

// HasCapability reports whether the calling thread has a capability, such as unix.CAP_LEASE, in its
// effective set (capabilities(7)).
func HasCapability(number uint) bool {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData
	return unix.Capget(&header, &data[0]) == nil && data[number/32].Effective>>(number%32)&1 == 1
}
