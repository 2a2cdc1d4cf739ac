package lock

import (
	"fmt"
	"strconv"
	"strings"
)

// Names are the names of the protocol's files within a data directory. The functions of this
// package use DefaultNames; the methods of Names do the same for files of other names. An empty
// name stands for the default one.
type Names struct {
	Lock    string
	Pidfile string
}

// check refuses names that lead out of the directory. It also refuses a lock file whose name is one
// of a pidfile or temporary: a break would remove it, and an acquire would replace it.
func (n Names) check() error {
	for _, name := range []string{n.Lock, n.Pidfile} {
		if name == "." || name == ".." || strings.ContainsRune(name, '/') {
			return fmt.Errorf("%q is not a file name", name)
		}
	}
	if n.Lock == n.Pidfile || n.isTemp(n.Lock) {
		return fmt.Errorf("%q would be both the lock file and a pidfile", n.Lock)
	}
	return nil
}

// DefaultNames are the names that daemons use unless they are told otherwise.
var DefaultNames = Names{Lock: ".handoff.lock", Pidfile: ".handoff.pidfile"}

// OrDefault returns n with DefaultNames in place of empty names.
func (n Names) OrDefault() Names {
	if n.Lock == "" {
		n.Lock = DefaultNames.Lock
	}
	if n.Pidfile == "" {
		n.Pidfile = DefaultNames.Pidfile
	}
	return n
}

// IsProtocol reports whether an entry of a data directory with this name is one of the protocol's files:
// the lock file, the pidfile, or a temporary pidfile.
func (n Names) IsProtocol(entry string) bool {
	return entry == n.Lock || entry == n.Pidfile || n.isTemp(entry)
}

// isTemp reports whether an entry's name is pidfile.tmp or pidfile.<pid>.tmp.
func (n Names) isTemp(entry string) bool {
	middle, ok := strings.CutPrefix(entry, n.Pidfile+".")
	if !ok {
		return false
	}
	if middle == "tmp" {
		return true
	}
	middle, ok = strings.CutSuffix(middle, ".tmp")
	pid, err := strconv.ParseUint(middle, 10, 31)
	return ok && err == nil && pid > 0
}
