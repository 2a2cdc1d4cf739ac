package remote

import (
	"fmt"

	"lockscope/scan/report"
)

// mirror is what one host has told: which directories it has, in which state each is, and what could not be
// read there. It is pure, and not safe for concurrent use.
type mirror struct {
	host    string
	dirs    map[string]mirrored // by path
	states  map[report.State]int
	bytes   int64 // that all of them may take: see cost
	room    *budget
	errors  []report.PathError
	errSize int            // bytes of the lines of these
	session uint32         // the number of the present session
	whole   bool           // this session has told of all directories
	summary report.Summary // of the last pass that the host told of
}

// mirrored is what is known of a directory besides its report, which others keep.
type mirrored struct {
	state   report.State
	session uint32 // the last one that told of it
	bytes   uint32
}

func newMirror(host string, room *budget) *mirror {
	return &mirror{host: host, room: room, dirs: map[string]mirrored{}, states: map[report.State]int{}}
}

// begin begins a session. What earlier ones told stays, until this one has told of everything.
func (m *mirror) begin() {
	m.session++
	m.whole, m.errors, m.errSize = false, nil, 0
}

// take takes in an object of so many bytes. It returns what changed. The error says which limit the host does
// not keep.
func (m *mirror) take(l report.Line, size int) (u report.Update, err error) {
	switch {
	case l.Change != nil:
		err = m.change(l.Change, size, &u)
	case l.Handoff != nil && size > maxHandoffLine:
	case l.Handoff != nil:
		l.Handoff.Host = m.host
		u.Handoffs = append(u.Handoffs, *l.Handoff)
	case l.Error != nil:
		m.fail(*l.Error, size, &u)
	case l.Summary != nil:
		m.end(*l.Summary, &u)
	case l.Heartbeat != nil:
		u.Progress = l.Heartbeat.Progress
		u.Progress.Visited, u.Progress.Found = min(u.Progress.Visited, maxWatched), min(u.Progress.Found, maxDirs)
		if l.Heartbeat.Errors == 0 && m.whole {
			m.errors, m.errSize = nil, 0
		}
	case l.Gone != "":
		_, path := report.SplitKey(l.Gone)
		m.remove(path, &u)
	}
	return u, err
}

// change takes in a directory.
func (m *mirror) change(c *report.Change, size int, u *report.Update) error {
	r := c.Report
	if r.IsHost() {
		return nil // a host: the far side watches a fleet, of which nothing is told here
	}
	cost := cost(r, size)
	old, known := m.dirs[r.Path]
	if !known && len(m.dirs) >= maxDirs {
		return fmt.Errorf("more than %d directories", maxDirs)
	}
	more := int64(cost) - int64(old.bytes)
	if m.bytes+more > maxBytes {
		return fmt.Errorf("more than %d bytes of directories", maxBytes)
	}
	if err := m.room.allow(m.bytes, more); err != nil {
		return err
	}
	m.bytes += more
	if known {
		m.states[old.state]--
	}
	m.states[r.Verdict.State]++
	m.dirs[r.Path] = mirrored{r.Verdict.State, m.session, uint32(cost)}
	r.Host = m.host // whatever it calls itself
	u.Changes = append(u.Changes, report.Change{Report: r, New: !known, From: old.state})
	return nil
}

// cost is about how many bytes a report takes that came in a line of so many. Its texts take as many as in
// the line, and three times that where they have to be escaped; a holder may have nothing in the line but
// its number.
func cost(r *report.Report, size int) int {
	return size + (len(r.Evidence.Holders)+len(r.Evidence.Openers))*holderBytes
}

// remove takes in that a directory is none any more.
func (m *mirror) remove(path string, u *report.Update) {
	old, known := m.dirs[path]
	if !known {
		return
	}
	delete(m.dirs, path)
	m.bytes -= int64(old.bytes)
	m.room.used.Add(-int64(old.bytes))
	m.states[old.state]--
	u.Gone = append(u.Gone, report.Key(m.host, path))
}

// fail takes in what could not be read.
func (m *mirror) fail(e report.PathError, size int, u *report.Update) {
	if len(m.errors) < maxErrors && m.errSize+size <= maxErrorBytes {
		m.errSize += size
		e.Host = m.host
		m.errors = append(m.errors, e)
		u.Errors = append(u.Errors, e)
	}
}

// end takes in the end of a pass. After the first one of a session, what that has not told of is gone.
func (m *mirror) end(s report.Summary, u *report.Update) {
	if !m.whole {
		m.whole = true
		for path, d := range m.dirs {
			if d.session != m.session {
				m.remove(path, u)
			}
		}
	}
	bound(s.Watched)
	m.summary = s
	u.Summary = &s
}

// bound takes a host's word on how it is told of changes for no more than it may have: it is added to that
// of others.
func bound(w *report.Watched) {
	if w == nil {
		return
	}
	w.Dirs, w.Passed, w.Processes = min(w.Dirs, maxDirs), min(w.Passed, maxWatched), min(w.Processes, maxWatched)
	for why, n := range w.Polled {
		if w.Polled[why] = min(n, maxDirs); n < 0 { // a sum that was too large
			w.Polled[why] = maxDirs
		}
	}
}

// counts is the summary of what is known of the host: its own word on the time that it took and on how it is
// told of changes, and not on the numbers.
func (m *mirror) counts() report.Summary {
	return report.Summary{Dirs: len(m.dirs), States: m.states, Errors: len(m.errors), Duration: m.summary.Duration, Watched: m.summary.Watched}
}
