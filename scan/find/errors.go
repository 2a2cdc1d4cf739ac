package find

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// errEndless means that a directory was not read to its end.
var errEndless = fmt.Errorf("it has more than %d entries, or %d sub-directories", maxEntries, maxDirs)

// IsGone reports whether an error of Config.Open, Root.Open or Roots.Find says that there is no directory by that
// name any more: there is nothing, or something else, or a link.
func IsGone(err error) bool {
	return errors.Is(err, unix.ENOENT) || errors.Is(err, unix.ENOTDIR) || errors.Is(err, unix.ELOOP)
}
