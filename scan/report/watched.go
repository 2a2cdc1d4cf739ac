package report

// Watched is how the changes of directories become known.
type Watched struct {
	Dirs      int // data directories whose changes make events
	Passed    int // directories watched because walks pass through them: a new data directory in one makes an event
	Processes int // processes whose end makes an event
	// Polled are the data directories that are looked at from time to time instead, by the reason.
	Polled map[PolledBecause]int
}

// PolledBecause is why a directory is polled. Its code is part of the JSON, and does not change.
type PolledBecause uint8

const (
	NotPolled       PolledBecause = iota // its changes make events
	PolledByRequest                      // there are no events with these flags, or without CAP_LEASE
	PolledRemote                         // on network and FUSE file systems others make changes too
	PolledBudget                         // as many are watched as this program takes of what the host allows
	PolledNoSpace                        // the kernel has no more watches for this user: other programs have them
	PolledNoisy                          // it made too many events
	PolledDenied                         // the directory may not be read
	PolledNoEvents                       // this kernel or container has no inotify
	PolledProcess                        // a process that holds or is named cannot be followed, for one of these reasons
	PolledFailed                         // another error
	PolledCount                          // how many there are
)

var polledCodes = [PolledCount]string{
	"", "events-off", "remote", "budget", "no-space", "noisy", "denied", "unsupported", "process", "failed",
}

// String returns the code.
func (p PolledBecause) String() string { return polledCodes[p] }

var polledWords = [PolledCount]string{
	PolledByRequest: "there are no events with these flags, or without CAP_LEASE",
	PolledRemote:    "on network and FUSE file systems others make changes too",
	PolledBudget:    "more would be over a quarter of what the host allows, or take too much of the memory of this program",
	PolledNoSpace:   "other programs have the watches of this user (fs.inotify.max_user_watches)",
	PolledNoisy:     "too much happens there",
	PolledDenied:    "they may not be read",
	PolledNoEvents:  "this kernel or container has no inotify",
	PolledProcess:   "the end of their process cannot be told",
	PolledFailed:    "they could not be watched",
}

// Why says it for people, as part of a sentence.
func (p PolledBecause) Why() string { return polledWords[p] }
