//go:build unix && !linux

package lock

import "errors"

// There are no leases on this system, nor is anybody asked for locks of another kind.

func takeLease(fd int) error { return errors.ErrUnsupported }

func holdOffWriters(fd int) error { return errors.ErrUnsupported }

func giveLeaseBack(fd int) {}

func posixHolder(fd int) (pid int, held bool, err error) { return 0, false, errNotAsked }

func (d Dir) leasesProve() bool { return false }
