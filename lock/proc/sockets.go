package proc

import (
	"errors"
	"os"
	"path"
	"regexp"
	"strings"
)

// socketLine is a line of /proc/<pid>/net/unix: the address in the kernel, five more numbers, the inode
// number, and what the socket is bound to, after a space, if it is bound (unix_seq_show in net/unix/af_unix.c).
var socketLine = regexp.MustCompile(`^[[:xdigit:]]+:(?: [[:xdigit:]]+){5} +([0-9]+)( (?s:.*))?$`)

var errRelative = errors.New("a socket is bound to a relative path, and the kernel does not tell where that begins")

// boundSocket is a Unix socket that is bound to a path.
type boundSocket struct {
	socket string // the kernel's name of a descriptor of it
	path   string // as it was given to bind(2)
}

// addSockets adds what the process's Unix sockets are bound to, given the kernel's names of its
// sockets. A daemon may have nothing else of its directory open than the socket that it listens on.
// An accepted connection is bound to the path of the listening socket too.
func (s *usedSearch) addSockets(t Task, sockets map[string]bool) {
	if len(sockets) == 0 {
		return
	}
	table, err := os.ReadFile(string(t) + "/net/unix")
	if err != nil && !IsGone(err) { // a kernel without Unix sockets has no such file
		s.failed = err
	}
	added := map[string]bool{}
	for _, bound := range boundSockets(table) {
		if !sockets[bound.socket] || added[bound.path] {
			continue
		}
		added[bound.path] = true
		if path.IsAbs(bound.path) {
			s.used = append(s.used, Used{Bound: bound.path})
		} else {
			s.failed = errRelative
		}
	}
}

// boundSockets returns the sockets in the text of /proc/<pid>/net/unix that are bound to a path, by the
// kernel's names of their descriptors. An abstract address is no path; it begins with an @ there
// (unix(7)).
//
// The kernel does not escape a newline in a path. What follows it belongs to the path, unless it looks
// like another socket: then it counts as one.
func boundSockets(table []byte) []boundSocket {
	var sockets []boundSocket
	last := -1 // the socket that the line before was of, if that is bound
	for line := range strings.Lines(string(table)) {
		line = strings.TrimSuffix(line, "\n")
		entry := socketLine.FindStringSubmatch(line)
		switch {
		case entry == nil && last >= 0:
			sockets[last].path += "\n" + line
		case entry == nil || entry[2] == "" || strings.HasPrefix(entry[2], " @"):
			last = -1
		default:
			last = len(sockets)
			sockets = append(sockets, boundSocket{"socket:[" + entry[1] + "]", entry[2][1:]})
		}
	}
	return sockets
}
