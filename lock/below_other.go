//go:build unix && !linux

package lock

import "golang.org/x/sys/unix"

const lookOnly = unix.O_RDONLY

func openBelow(parent int, rel string) (int, error) { return openStepwise(parent, rel) }
