package scan

// tally is what is kept of directories that nobody is told of: how many are in
// which state, and which lock files they have. It takes some thirty bytes for each,
// where a report takes six hundred.
type tally struct {
	states [stateCount]int
	files  map[fileKey]State // by the names that lock lines have for the lock files
	shared bool              // on some device, inode numbers do not say which file it is
}

// add counts a directory, if what is kept of it will do: it has a lock file, by
// which it is recognized where it has to be looked at again.
func (t *tally) add(r *Report) bool {
	ev := &r.Evidence
	if ev.Lock.ID.Ino == 0 {
		return false
	}
	if t.files == nil {
		t.files = map[fileKey]State{}
	}
	t.states[r.Verdict.State]++
	t.files[ev.lockFile()] = r.Verdict.State
	t.shared = t.shared || ev.sharesDevice()
	return true
}

// remove takes back what was counted of a directory.
func (t *tally) remove(r *Report) {
	key := r.Evidence.lockFile()
	if state, ok := t.files[key]; ok {
		delete(t.files, key)
		t.states[state]--
	}
}

func (t *tally) dirs() (n int) {
	for _, count := range t.states {
		n += count
	}
	return n
}

// lockFile is the lock file as lock lines name it.
func (ev *Evidence) lockFile() fileKey { return fileKey{ev.Device, ev.Lock.ID.Ino} }

// sharesDevice reports whether lock lines name the lock file by a device of several
// file systems, in each of which there may be another file of its inode number.
func (ev *Evidence) sharesDevice() bool { return ev.Device != ev.Dir.Dev }
