package locktest

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/sys/unix"

	"lockscope/lock"
)

// Site is a data directory as it was made. Owner and Holders are not updated when the processes do
// something else: see Look.
type Site struct {
	Dir   string
	State State

	Procs   []*Proc  // the processes that took part, dead or alive, in the order in which they started
	Owner   int      // PID that the pidfile names; 0 if it names nobody
	Holders []Holder // of the lock, in order of their PIDs

	world *World
	actor *Proc // the process that carries out the next step of the script
}

// Make brings a directory into a state, in its simplest form. It makes the directory if that is
// missing.
func (w *World) Make(dir string, state State) (*Site, error) {
	i := slices.IndexFunc(Scenes, func(s Scene) bool { return s.State == state })
	if i < 0 {
		return nil, fmt.Errorf("locktest: no state %q", state)
	}
	return w.Play(dir, Scenes[i])
}

// Play brings a directory into the state of a scene. It makes the directory if that is missing.
func (w *World) Play(dir string, scene Scene) (*Site, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	s := &Site{Dir: dir, State: scene.State, world: w}
	for _, do := range scene.script {
		if err := do(s); err != nil {
			return nil, fmt.Errorf("%s: %w", scene, err)
		}
	}
	s.Look()
	return s, nil
}

// Look updates Owner and Holders. State stays what was asked for.
func (s *Site) Look() {
	s.Owner, s.Holders = 0, nil
	if dir, err := lock.OpenDir(s.Dir); err == nil {
		s.Owner = dir.Pidfile().PID
		dir.Close()
	}
	ino := s.lockInode()
	for _, p := range s.Procs {
		if h, ok := p.holder(ino); ok {
			s.Holders = append(s.Holders, h)
		}
	}
	slices.SortFunc(s.Holders, func(a, b Holder) int { return a.PID - b.PID })
}

var (
	lockFile = lock.DefaultNames.Lock
	pidfile  = lock.DefaultNames.Pidfile
)

func (s *Site) path(name string) string { return filepath.Join(s.Dir, name) }

// lockInode is the inode number of the lock file, 0 if there is none.
func (s *Site) lockInode() uint64 {
	var st unix.Stat_t
	unix.Lstat(s.path(lockFile), &st)
	return st.Ino
}
