//go:build unix && !linux

package lock

import "lockscope/lock/proc"

// usedBy does not know on this system, so a live PID is never taken for another process's.
func (d Dir) usedBy(p proc.Process) Use { return UseUnknown }
