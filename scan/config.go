package scan

import (
	"time"

	"lockscope/lock"
	"lockscope/scan/observe"
)

// Config says what to scan and how. The zero value of a field means its default, where one is named.
type Config struct {
	Host          string // the name of this host in the reports, where several are watched; else empty
	Roots         []string
	Only          map[string][]string // by root: globs on paths below it; then only what these match is walked, as if it were a root
	Names         lock.Names          // default: lock.DefaultNames
	Probe         observe.Probe       // default: observe.ProbeAuto
	Timeout       time.Duration       // for one directory; default 5 s
	Interval      time.Duration       // between two polls of the known directories; 0 = only on request
	MaxDepth      int                 // of what is looked into, the roots being at depth 0; negative = no limit
	OneFileSystem bool                // do not enter file systems that are mounted below a root
	Exclude       []string            // globs: on a name, or with a slash on the path below the root; what matches is pruned
	Descend       bool                // look for data directories inside data directories
	Jobs          int                 // parallel workers; default: DefaultJobs()
	Memory        int64               // how many bytes this program may use; 0 = no limit. Directories beyond it are left out: an error says how many
	SummaryOnly   bool                // report no directory, only the Summary: that takes a tenth of the memory

	// Stream is how many directories the first walk finds, at most, before it begins to report them; it
	// does not wait longer than holdFor either. 0 = all reports wait for the end of the walk. Then none
	// of them is taken back, since it is known by then which directories are split. See Monitor.Once.
	Stream int
}
