package doctor

import (
	"time"

	"lockscope/lock/proc"
	"lockscope/scan/notify"
	"lockscope/scan/observe"
	"lockscope/scan/report"
)

// Facts are what was found out about this host and its roots.
type Facts struct {
	Kernel string // its release, such as 6.18.5
	User   string // who this program runs as
	UID    int

	InnerUserNS bool // it runs in a user namespace below the first one, where capabilities count for less

	Capabilities proc.Capabilities // all that it has
	Kept         error             // why it kept those that looking does not need; nil if it did not

	Probe     observe.Probe
	LeasesOff bool // fs.leases-enable is 0
	Sight     observe.Sight
	// ClosedNames are some of Sight.Closed, with their programs: "812 (sshd)".
	ClosedNames []string
	OtherInit   bool   // process 1 is in another mount namespace
	HidePID     string // see proc.Mount.HidePID
	Events      Events
	OpenFiles   uint64 // RLIMIT_NOFILE
	Memory      int64  // how many bytes this program may use; 0 = no limit
	MostDirs    int    // how many data directories fit into that
	Audit       Audit
	Roots       []Root
}

// Events is which events the kernel gives.
type Events struct {
	Stats      notify.Stats // of a source that watches nothing
	Err        error        // why there is no source at all
	MaxWatches int          // for all programs of this user; -1 where that cannot be read
	PidfdErr   error        // why the end of a process cannot be waited for
}

// Audit is whether a break would be put on record.
type Audit struct {
	Off bool // no break is offered
	Err error
}

// Root is what was found out about one root.
type Root struct {
	Path  string
	Mount proc.Mount // that it is on; zero where it is not known
	Err   error      // why it could not be looked at: then nothing else is known

	Took        time.Duration // until every verdict stood
	Dirs        int
	Established map[report.Source]int // directories, by how the state of their locks was established
	NoLock      int                   // those without a lock file, which takes nothing to establish
	Unknown     int
	Unseen      int                   // of these, how many are so since they cannot be seen from here
	Why         map[report.Reason]int // how many of Unknown have each reason
	Unsettled   int                   // those whose verdict did not stand in time
	InLayers    int                   // those of which an overlay, mounted at Overlay, shows a file with another lock
	Overlay     string                // of which the root or one of its directories is in a layer; "" if none is known
	UnreadNS    int                   // in how many mount namespaces there may be other overlays
	Watched     *report.Watched       // nil where that was not found out
	Errors      []report.PathError    // the first of them
	ErrorCount  int
	Silent      int      // of the errors, and the directories, how many are that no answer came
	MayHang     []string // mount points below it of network and FUSE file systems
}
