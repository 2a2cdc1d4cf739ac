package lock

import (
	"fmt"
	"io/fs"

	"lockscope/lock/proc"
)

// FileID is a file's identity and version as stat(2) gives them. Two FileIDs
// that compare equal with == are the same file, unchanged as far as the kernel
// can tell; [FileID.SameFile] compares the identity alone. The zero FileID is
// no file.
type FileID struct {
	Dev   uint64 // st_dev
	Ino   uint64 // st_ino
	MTime int64  // st_mtim, nanoseconds since the epoch
	Size  int64  // bytes
}

// SameFile reports whether both are the same file, whatever was written to it since.
func (id FileID) SameFile(other FileID) bool { return id.Dev == other.Dev && id.Ino == other.Ino }

// Identity is the id without its version: the same for as long as the file is.
func (id FileID) Identity() FileID { return FileID{Dev: id.Dev, Ino: id.Ino} }

// LockState is what was established of the flock on a lock file.
type LockState uint8

const (
	LockUnknown LockState = iota // could not be established: see LockFile.Err
	LockMissing                  // there is no lock file
	LockFree                     // nobody held it at the moment of the probe
	LockHeld                     // somebody holds it
)

func (s LockState) String() string {
	return name(s, "unknown", "missing", "free", "held")
}

// LockFile is a data directory's lock file as it was seen.
type LockFile struct {
	State LockState
	ID    FileID
	Err   error // why State is LockUnknown; nil if nobody has asked yet
}

// PidfileState is what a pidfile was found to be.
type PidfileState uint8

const (
	PidfileUnreadable PidfileState = iota // could not be read: see Pidfile.Err
	PidfileMissing
	PidfileEmpty      // nothing but white space
	PidfileMalformed  // names nobody: see ParsePID
	PidfileNotRegular // a symlink, FIFO, directory, device or socket: never opened for reading
	PidfileNamed      // names a PID
)

func (s PidfileState) String() string {
	return name(s, "unreadable", "missing", "empty", "malformed", "not-regular", "named")
}

// Pidfile is a data directory's pidfile as it was seen. It is a hint that can lie.
type Pidfile struct {
	State PidfileState
	PID   int    // above 0 exactly when State is PidfileNamed
	ID    FileID // zero when the pidfile is missing or could not be examined
	Text  string // its bytes, at most maxPidfile+1 of them: untrusted, escape before printing
	Err   error  // why State is PidfileUnreadable
}

// ProcessState is what was established of the process that a pidfile names: what the kernel says of its PID
// ([proc.State]), and what was judged from there.
type ProcessState uint8

const (
	ProcessUnknown                = ProcessState(proc.Unknown) // nobody is named, or it could not be established
	ProcessGone                   = ProcessState(proc.Gone)    // no such process
	ProcessAlive                  = ProcessState(proc.Alive)   // it lives, and nothing shows that it is another one
	ProcessZombie                 = ProcessState(proc.Zombie)  // it has exited and waits to be reaped; no thread of it runs
	ProcessReused    ProcessState = iota                       // the PID is another process's, started after the pidfile was written
	ProcessUnrelated                                           // it lives, but has nothing to do with the directory
)

func (s ProcessState) String() string {
	return name(s, "unknown", "gone", "alive", "zombie", "reused", "unrelated")
}

// Exited reports whether the process the pidfile meant is certainly not running.
func (s ProcessState) Exited() bool {
	return s == ProcessGone || s == ProcessZombie || s == ProcessReused
}

// Temp is a temporary pidfile, which an acquire leaves behind when it dies
// between writing it and renaming it.
type Temp struct {
	Name string // within the data directory
	ID   FileID
}

// Evidence is what was seen of one data directory: the facts that a decision
// to break its lock rests on, and that [BreakStale] finds unchanged or refuses.
type Evidence struct {
	Dir     FileID // the data directory itself
	Lock    LockFile
	Pidfile Pidfile
	Temps   []Temp       // looked for only where nobody holds the lock by name
	Process ProcessState // of Pidfile.PID
	Alone   bool         // nobody had the lock file open: a lease was granted
	Another string       // the directory whose lock that process holds instead, with the same pidfile there: see Dir.Another
}

// name gives a state's word, and survives values it does not know.
func name[S ~uint8](s S, words ...string) string {
	if int(s) < len(words) {
		return words[s]
	}
	return fmt.Sprintf("state(%d)", s)
}

func pathError(op, path string, err error) error {
	return &fs.PathError{Op: op, Path: path, Err: err}
}
