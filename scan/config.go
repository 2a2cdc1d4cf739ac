package scan

import (
	"fmt"
	"time"

	"lockscope/lock"
)

// Config says what to scan and how. The zero value of a field means its
// default, where one is named.
type Config struct {
	Roots         []string
	Names         lock.Names
	Probe         Probe
	Timeout       time.Duration // for one directory; default 5 s
	Interval      time.Duration // between passes of a Monitor; 0 = only on request
	MaxDepth      int           // of what is looked into, the roots being at depth 0; negative = no limit
	OneFileSystem bool
	Exclude       []string // globs: on a name, or with a slash on the path below the root; what matches is pruned
	Descend       bool     // look for data directories inside data directories
	Jobs          int      // parallel workers; default: DefaultJobs()
	Stream        int      // after how many directories the first walk tells of them as it finds them; 0 = not before all are certain: see Once
	SummaryOnly   bool     // Once tells of no directory, and takes a tenth of the memory
}

// Probe says which ways to establish a lock's state are allowed.
type Probe uint8

const (
	ProbeAuto  Probe = iota // fdinfo, then the kernel table, then a flock probe for what is left
	ProbeFlock              // always a flock probe
	ProbeNever              // never a flock probe: what cannot be established otherwise is unknown
)

var probeNames = [...]string{"auto", "flock", "never"}

func (p Probe) String() string {
	if int(p) >= len(probeNames) {
		return fmt.Sprintf("Probe(%d)", p)
	}
	return probeNames[p]
}

// ParseProbe reads the name of a probe mode.
func ParseProbe(s string) (Probe, error) {
	for i, n := range probeNames {
		if s == n {
			return Probe(i), nil
		}
	}
	return 0, fmt.Errorf("unknown probe mode %q (valid: auto, flock, never)", s)
}
