package scan

import "lockscope/scan/report"

// tally is what is kept of directories that nobody is told of: how many are in
// which state, and which lock files they have. It takes some thirty bytes for each,
// where a report takes six hundred.
type tally struct {
	states map[report.State]int
	files  map[fileKey]report.State // by the names that lock lines have for the lock files
	shared bool                     // on some device, inode numbers do not say which file it is
}

// add counts a directory, if what is kept of it will do: it has a lock file, by
// which it is recognized where it has to be looked at again.
func (t *tally) add(r *report.Report) bool {
	ev := &r.Evidence
	if ev.Lock.ID.Ino == 0 {
		return false
	}
	if t.files == nil {
		t.files, t.states = map[fileKey]report.State{}, map[report.State]int{}
	}
	t.states[r.Verdict.State]++
	t.files[lockFileOf(ev)] = r.Verdict.State
	t.shared = t.shared || sharesDevice(ev)
	return true
}

// remove takes back what was counted of a directory.
func (t *tally) remove(r *report.Report) {
	key := lockFileOf(&r.Evidence)
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

// lockFileOf is the lock file as lock lines name it.
func lockFileOf(ev *report.Evidence) fileKey { return fileKey{ev.Device, ev.Lock.ID.Ino} }

// sharesDevice reports whether lock lines name the lock file by a device of several
// file systems, in each of which there may be another file of its inode number.
func sharesDevice(ev *report.Evidence) bool { return ev.Device != ev.Dir.Dev }
