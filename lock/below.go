package lock

import (
	"strings"

	"golang.org/x/sys/unix"
)

// openStepwise does what openBelow does without openat2(2). It opens one name of the path after the
// other, so that it can refuse each symlink, and refuses "..".
func openStepwise(parent int, rel string) (int, error) {
	names := strings.Split(rel, "/")
	if rel == "" {
		names = []string{"."}
	}
	fd := parent
	for i, name := range names {
		if name == ".." {
			name = "" // ENOENT
		}
		next, err := open(fd, name, lookOnly|unix.O_DIRECTORY|unix.O_NOFOLLOW, 0)
		if i > 0 {
			unix.Close(fd)
		}
		if err != nil {
			return -1, err
		}
		fd = next
	}
	return fd, nil
}
