package lock

import (
	"strings"

	"golang.org/x/sys/unix"
)

// openStepwise opens a directory below another, one name of its path after the other, and so
// through no link. ".." leads nowhere.
func openStepwise(parent int, rel string) (int, error) {
	names := strings.Split(rel, "/")
	if rel == "" {
		names = []string{"."}
	}
	fd := parent
	for i, name := range names {
		if name == ".." {
			name = ""
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
