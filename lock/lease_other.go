//go:build unix && !linux

package lock

import "errors"

// This system has no leases, and is not asked for POSIX locks.

func takeWriteLease(fd int) error { return errors.ErrUnsupported }

func takeReadLease(fd int) error { return errors.ErrUnsupported }

func releaseLease(fd int) {}

func posixHolder(fd int) (pid int, held bool, err error) { return 0, false, errors.ErrUnsupported }

func (d Dir) leasesProve() bool { return false }
