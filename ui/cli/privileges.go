package cli

import (
	"errors"
	"fmt"
	"os"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"

	"lockscope/lock/proc"
)

// Why capabilities are kept that looking does not need.
var (
	errStarts   = errors.New("ssh is started, which may need them")
	errMayAct   = errors.New("a stale lock may be broken, for which they may be needed; --read-only gives them up")
	errCgo      = errors.New("not every thread of a program that was built with cgo can give them up; one built with CGO_ENABLED=0 does")
	errNoPtrace = errors.New("without CAP_SYS_PTRACE only who has all capabilities of another process may see what that has open")
)

// mayNeed says why a run does more than look; nil if it does not. --doctor looks alone, but says whether a break could be
// put on record, and for that it needs what a break has.
func (s *settings) mayNeed(onScreen bool) error {
	switch {
	case s.far != nil:
		return errStarts
	case s.demo, s.breakStale, (onScreen || s.doctor) && !s.ReadOnly:
		return errMayAct
	}
	return nil
}

// giveUpPrivileges gives up for good what a run that only looks does not need: every capability but those of
// [proc.Capabilities.ForLooking], and the right to gain others by starting a program. The error says why something was
// kept. Call it before the first look: each thread has to do it, and one that hangs on a file system would never.
func (s *settings) giveUpPrivileges(onScreen bool) error {
	if err := s.mayNeed(onScreen); err != nil {
		return err
	}
	return keepForLooking(onScreen || s.watches())
}

func keepForLooking(lasts bool) error {
	// The Go runtime asks its threads by a signal, and waits for them: where a sandbox refuses that, for ever.
	if err := unix.Tgkill(os.Getpid(), unix.Gettid(), 0); err != nil {
		return fmt.Errorf("tgkill: %w", err)
	}
	_, _, errno := syscall.AllThreadsSyscall6(unix.SYS_PRCTL, unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0, 0)
	switch {
	case errno == unix.ENOTSUP:
		return errCgo
	case errno != 0:
		return fmt.Errorf("prctl: %w", errno)
	}
	own, err := proc.OwnCapabilities()
	keep := own.Permitted.ForLooking()
	switch {
	case err != nil:
		return err
	case keep == own.Permitted:
		return nil
	case !own.Permitted.Has(unix.CAP_SYS_PTRACE):
		return errNoPtrace // __ptrace_may_access in kernel/ptrace.c, cap_ptrace_access_check in security/commoncap.c
	}
	// The bounding set first, which takes CAP_SETPCAP. It costs 2 ms, all threads stopped once for each capability, and
	// only a run that goes on is worth that: without new privileges there is nothing left that it bounds.
	for n := uintptr(0); lasts && own.Permitted.Has(unix.CAP_SETPCAP); n++ {
		is, err := unix.PrctlRetInt(unix.PR_CAPBSET_READ, n, 0, 0, 0)
		if err != nil { // EINVAL: there is no such capability
			break
		}
		if is == 1 && !keep.Has(uint(n)) {
			syscall.AllThreadsSyscall(unix.SYS_PRCTL, unix.PR_CAPBSET_DROP, n, 0)
		}
	}
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var sets [2]unix.CapUserData
	for i := range sets { // nothing is inheritable, so the ambient set is empty too
		sets[i].Effective, sets[i].Permitted = uint32((own.Effective&keep)>>(32*i)), uint32(keep>>(32*i))
	}
	_, _, errno = syscall.AllThreadsSyscall(unix.SYS_CAPSET, uintptr(unsafe.Pointer(&header)), uintptr(unsafe.Pointer(&sets[0])), 0)
	if errno != 0 {
		return fmt.Errorf("capset: %w", errno)
	}
	return nil
}
