//go:build linux

package proc

import (
	"math/bits"
	"os"

	"golang.org/x/sys/unix"
)

// Capabilities is a set of capabilities (capabilities(7)): bit n is the one of number n, such as unix.CAP_LEASE.
type Capabilities uint64

// Has reports whether the set has a capability.
func (c Capabilities) Has(number uint) bool { return c>>number&1 == 1 }

// Len is how many there are.
func (c Capabilities) Len() int { return bits.OnesCount64(uint64(c)) }

// LookingNames are the names of those of the set that [Capabilities.ForLooking] may return.
func (c Capabilities) LookingNames() (names []string) {
	for _, known := range []struct {
		number uint
		name   string
	}{
		{unix.CAP_DAC_OVERRIDE, "CAP_DAC_OVERRIDE"}, {unix.CAP_DAC_READ_SEARCH, "CAP_DAC_READ_SEARCH"},
		{unix.CAP_SYS_PTRACE, "CAP_SYS_PTRACE"}, {unix.CAP_LEASE, "CAP_LEASE"},
	} {
		if c.Has(known.number) {
			names = append(names, known.name)
		}
	}
	return names
}

// ForLooking returns those of the set that looking at others' directories and processes needs: CAP_DAC_READ_SEARCH
// to enter and read, CAP_SYS_PTRACE to see what a process has open, and CAP_LEASE. CAP_DAC_OVERRIDE includes the
// first, and is taken where that is missing, as in many containers.
func (c Capabilities) ForLooking() Capabilities {
	const ptraceAndLease = 1<<unix.CAP_SYS_PTRACE | 1<<unix.CAP_LEASE
	if c.Has(unix.CAP_DAC_READ_SEARCH) {
		return c & (1<<unix.CAP_DAC_READ_SEARCH | ptraceAndLease)
	}
	return c & (1<<unix.CAP_DAC_OVERRIDE | ptraceAndLease)
}

// CapabilitySets are those of a thread that say what it may do, and what it may come to do.
type CapabilitySets struct{ Effective, Permitted Capabilities }

// OwnCapabilities returns those of the calling thread (capget(2)).
func OwnCapabilities() (CapabilitySets, error) {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData
	if err := unix.Capget(&header, &data[0]); err != nil {
		return CapabilitySets{}, os.NewSyscallError("capget", err)
	}
	join := func(low, high uint32) Capabilities { return Capabilities(high)<<32 | Capabilities(low) }
	return CapabilitySets{
		Effective: join(data[0].Effective, data[1].Effective), Permitted: join(data[0].Permitted, data[1].Permitted),
	}, nil
}

// HasCapability reports whether the calling thread has a capability, such as unix.CAP_LEASE, in its
// effective set.
func HasCapability(number uint) bool {
	own, _ := OwnCapabilities()
	return own.Effective.Has(number)
}
