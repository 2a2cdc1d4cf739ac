package notify

import (
	"time"

	"golang.org/x/sys/unix"
)

// entriesChanged keeps what of the events of one read is to be told, and reports whether any of
// them counts.
func (s *Source) entriesChanged(buf []byte, when Moment) (counts bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before, now := s.stats.Counted, when.At
	ws := &s.watches
	for _, m := range ws.load.turn(int64(now.Sub(s.began) / s.limits.window)) {
		if ws.marks[m.wd] == m {
			s.lose(m, Noisy, now, ws.load.banish(m.dir, now))
		}
	}
	if whole := parseEvents(buf, func(e event) { s.handle(e, when) }); !whole {
		s.overflowed(now)
	}
	return s.stats.Counted > before
}

// handle keeps one event, if it is to be told. The caller holds mu.
func (s *Source) handle(e event, when Moment) {
	now := when.At
	s.stats.Events++
	if e.mask&unix.IN_Q_OVERFLOW != 0 {
		s.overflowed(now)
		return
	}
	m := s.watches.marks[e.wd]
	switch {
	case m == nil: // given up since
	// The kernel ends a watch by itself in two cases, and says so in two events each time. After
	// the first there is nothing to wait for; the second alone means that the first was lost.
	case e.mask&unix.IN_DELETE_SELF != 0:
		s.ended(m, Removed, now)
	case e.mask&unix.IN_UNMOUNT != 0:
		s.ended(m, Unmounted, now)
	case e.mask&unix.IN_IGNORED != 0:
		s.ended(m, Dropped, now)
	case e.mask&unix.IN_MOVE_SELF != 0:
		s.watches.load.note(m, true)
		s.stats.Counted++
		s.newsOf(m).moved = now
		s.tell()
	case e.change() != 0:
		entry := Entry{Name: string(e.name), Change: e.change(), IsDir: e.isDir(), Cookie: e.cookie, When: when}
		entry.named = s.counts(entry.Name)
		counts := entry.named || entry.IsDir && m.has(Passed)
		s.watches.load.note(m, counts)
		if counts {
			s.keep(m, entry)
		}
	}
}

// ended has the end of a watch told that the kernel has ended. The caller holds mu.
func (s *Source) ended(m *mark, why Reason, now time.Time) {
	s.forget(m)
	s.lost(m, why, now, time.Time{})
}

func (s *Source) overflowed(now time.Time) {
	s.overflow = now
	s.stats.Overflows++
	s.tell()
}

// keep keeps an entry until it is taken. The caller holds mu.
func (s *Source) keep(m *mark, e Entry) {
	s.stats.Counted++
	n := s.newsOf(m)
	before := len(n.entries)
	if s.entries >= mostPending && before > 0 {
		n.entries, n.cut = n.entries[:0], true
	}
	n.add(e)
	s.entries += len(n.entries) - before
	s.tell()
}

// newsOf returns what waits to be taken of a mark. The caller holds mu, and adds something to it.
func (s *Source) newsOf(m *mark) *news {
	if m.news == nil {
		m.news = &news{}
		s.pending = append(s.pending, m)
	}
	return m.news
}

// take moves what waits of a mark to what its watches are told.
func (m *mark) take(dirs []DirEvent) []DirEvent {
	n, isMixed := m.news, m.has(Data) && m.has(Passed)
	m.news = nil
	for w := m.watches; w != nil; {
		next := w.next
		if e := n.of(w, isMixed); !e.isEmpty() {
			dirs = append(dirs, e)
		}
		if n.lost != 0 {
			m.remove(w)
		}
		w = next
	}
	return dirs
}
