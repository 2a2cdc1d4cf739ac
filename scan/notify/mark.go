package notify

import (
	"slices"
	"time"
)

// Kind is what counts in a watched directory.
type Kind uint8

const (
	// Data is a data directory: entries whose names count (Config.Counts).
	Data Kind = iota
	// Passed is a directory that a walk passed through: the same, which makes it a data directory,
	// and any sub-directory.
	Passed
)

// Watch is one request to be told of a directory. Key is whatever the caller gave for it.
type Watch struct {
	Key  any
	kind Kind
	mark *mark  // nil once it was given up, or its loss was taken
	next *Watch // another one of the same directory
}

// inode is the identity of a directory.
type inode struct{ dev, ino uint64 }

// mark is what the kernel watches: a directory, however many paths lead to it. inotify has one watch
// for it, with one mask. There may be a hundred thousand, so what is needed only while
// something is going on there is in news.
type mark struct {
	wd      int32
	dir     inode
	watches *Watch
	news    *news // what waits to be taken; nil where nothing does
	tally   tally
}

// news is what waits to be taken of a mark.
type news struct {
	entries   []Entry
	cut       bool
	moved     time.Time
	lost      Reason
	at, until time.Time
}

// has reports whether somebody watches it as this kind.
func (m *mark) has(kind Kind) bool {
	for w := m.watches; w != nil; w = w.next {
		if w.kind == kind {
			return true
		}
	}
	return false
}

func (m *mark) add(w *Watch) {
	w.mark, w.next = m, m.watches
	m.watches = w
}

func (m *mark) remove(w *Watch) {
	for at := &m.watches; *at != nil; at = &(*at).next {
		if *at == w {
			*at = w.next
			break
		}
	}
	w.mark, w.next = nil, nil
}

// add keeps an entry, in place of the older half where there are too many.
func (n *news) add(e Entry) {
	if len(n.entries) == mostEntries {
		n.entries = slices.Delete(n.entries, 0, mostEntries/2)
		n.cut = true
	}
	n.entries = append(n.entries, e)
}

// of is what a watch is told of the news of its mark.
func (n *news) of(w *Watch, isMixed bool) DirEvent {
	e := DirEvent{Watch: w, Entries: n.entries, Cut: n.cut, Moved: n.moved, Lost: n.lost, LostAt: n.at, Until: n.until}
	if isMixed && w.kind == Data {
		e.Entries = slices.DeleteFunc(slices.Clone(e.Entries), func(e Entry) bool { return !e.named })
	}
	return e
}

// isEmpty reports whether nothing of the news was for a watch.
func (e DirEvent) isEmpty() bool {
	return len(e.Entries) == 0 && !e.Cut && e.Moved.IsZero() && e.Lost == 0
}
