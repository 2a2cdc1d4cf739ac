package scan

import (
	"time"

	"lockscope/lock"
	"lockscope/scan/observe"
)

// Config says what to scan and how. The zero value of a field means its
// default, where one is named.
type Config struct {
	Roots         []string
	Names         lock.Names
	Probe         observe.Probe
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
