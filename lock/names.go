package lock

// Names are the file names of the protocol within a data directory. Its
// methods are the package's functions for files of other names; the functions
// use DefaultNames. The zero value stands for DefaultNames.
type Names struct {
	Lock    string
	Pidfile string
}

// DefaultNames are the names that daemons use.
var DefaultNames = Names{Lock: ".handoff.lock", Pidfile: ".handoff.pidfile"}
