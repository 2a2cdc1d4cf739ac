package lock

import (
	"fmt"
	"io/fs"

	"lockscope/lock/proc"
)

// FileID is a file's identity and version, as stat(2) gives them. Two FileIDs that are equal with
// == are the same file, and it did not change in between as far as the kernel can tell.
// [FileID.SameFile] compares the identity alone. The zero FileID means no file.
type FileID struct {
	Dev   uint64 // st_dev
	Ino   uint64 // st_ino
	MTime int64  // st_mtim, nanoseconds since the epoch
	Size  int64  // bytes
}

// SameFile reports whether both are the same file. Its content may differ.
func (id FileID) SameFile(other FileID) bool { return id.Dev == other.Dev && id.Ino == other.Ino }

// Identity is the id without its version: the same for as long as the file is.
func (id FileID) Identity() FileID { return FileID{Dev: id.Dev, Ino: id.Ino} }

// LockState says whether somebody holds the flock on a lock file.
type LockState uint8

const (
	LockUnknown LockState = iota // it could not be found out: see LockFile.Err
	LockMissing                  // there is no lock file
	LockFree                     // nobody held the lock at that moment
	LockHeld                     // somebody held the lock at that moment
)

func (s LockState) String() string {
	return name(s, "unknown", "missing", "free", "held")
}

// LockFile is what was seen of a data directory's lock file.
type LockFile struct {
	State LockState
	ID    FileID
	Err   error // why State is LockUnknown; nil if it was not asked for
}

// PidfileState says what a pidfile was found to be.
type PidfileState uint8

const (
	PidfileUnreadable PidfileState = iota // could not be read: see Pidfile.Err
	PidfileMissing
	PidfileEmpty      // nothing but white space
	PidfileMalformed  // no PID: see ParsePID
	PidfileNotRegular // a symlink, FIFO, directory, device or socket, which is never opened
	PidfileNamed      // names a PID
)

func (s PidfileState) String() string {
	return name(s, "unreadable", "missing", "empty", "malformed", "not-regular", "named")
}

// Pidfile is what was seen of a data directory's pidfile. What it says can be wrong.
type Pidfile struct {
	State PidfileState
	PID   int    // above 0 if State is PidfileNamed, else 0
	ID    FileID // zero if the pidfile is missing, or stat(2) failed
	Text  string // at most the first 65 bytes. Untrusted: escape it before printing
	Err   error  // why State is PidfileUnreadable
}

// ProcessState says what became of the process that a pidfile names. It is what the kernel says of
// that PID ([proc.State]), or what [JudgeNamed] concluded from there.
type ProcessState uint8

const (
	ProcessUnknown                = ProcessState(proc.Unknown) // the pidfile names nobody, or it could not be found out
	ProcessGone                   = ProcessState(proc.Gone)    // there is no such process
	ProcessAlive                  = ProcessState(proc.Alive)   // it lives, and nothing shows that another one is meant
	ProcessZombie                 = ProcessState(proc.Zombie)  // it has exited and waits to be reaped; no thread of it runs
	ProcessReused    ProcessState = iota                       // another process has the PID now, started after the pidfile was written
	ProcessUnrelated                                           // a process with the PID lives, but does not use the directory
)

func (s ProcessState) String() string {
	return name(s, "unknown", "gone", "alive", "zombie", "reused", "unrelated")
}

// Exited reports whether the process that the pidfile meant is certainly not running.
func (s ProcessState) Exited() bool {
	return s == ProcessGone || s == ProcessZombie || s == ProcessReused
}

// Temp is a temporary pidfile. A daemon leaves one behind when it dies between writing and renaming
// it.
type Temp struct {
	Name string // within the data directory
	ID   FileID
}

// Evidence is what was seen of one data directory. A decision to break its lock rests on these
// facts, and [BreakStale] refuses if one of them has changed.
type Evidence struct {
	Dir     FileID // the data directory itself
	Lock    LockFile
	Pidfile Pidfile
	Temps   []Temp       // not looked for if the lock is held and the pidfile names a PID
	Process ProcessState // of Pidfile.PID
	Alone   bool         // a lease was granted: nobody had the lock file open
	Another string       // the directory with the same pidfile whose lock that process holds: see Dir.Another
}

// name returns the word for a state, and "state(N)" for a value that has none.
func name[S ~uint8](s S, words ...string) string {
	if int(s) < len(words) {
		return words[s]
	}
	return fmt.Sprintf("state(%d)", s)
}

func pathError(op, path string, err error) error {
	return &fs.PathError{Op: op, Path: path, Err: err}
}
