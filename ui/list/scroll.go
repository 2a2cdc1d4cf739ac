package list

import "slices"

// Scroll is a window on things of which one has the cursor. The cursor belongs to that thing and not to its
// place: what comes above it moves neither it nor what is in the window.
type Scroll[T comparable] struct {
	Follow bool // the cursor stays on the first one, whatever that is

	items  []T
	at     int // index of the one with the cursor
	top    int // of the first one in the window
	height int
}

// Set gives it other things. The cursor's keeps its line in the window. Where it is among them no longer the
// cursor goes to the next that is.
func (s *Scroll[T]) Set(items []T) {
	line := s.at - s.top
	at := min(s.at, len(items)-1)
	for _, item := range s.items[min(s.at, len(s.items)):min(s.at+maxSought, len(s.items))] {
		if i := slices.Index(items, item); i >= 0 {
			at = i
			break
		}
	}
	s.items, s.at = items, max(at, 0)
	s.top = s.at - line
	s.scroll()
}

// SetHeight gives the window that many lines.
func (s *Scroll[T]) SetHeight(h int) {
	s.height = max(h, 1)
	s.scroll()
}

// Current is the one with the cursor; ok is false where there is none.
func (s *Scroll[T]) Current() (item T, ok bool) {
	if len(s.items) == 0 {
		return item, false
	}
	return s.items[s.at], true
}

// Window is what is in sight, and Above what is above it.
func (s *Scroll[T]) Window() []T { return s.items[s.top:min(s.top+s.height, len(s.items))] }

// Above is what is above the window.
func (s *Scroll[T]) Above() []T { return s.items[:s.top] }

// Items are all of them.
func (s *Scroll[T]) Items() []T { return s.items }

// Len is how many there are.
func (s *Scroll[T]) Len() int { return len(s.items) }

// Position is the index of the one with the cursor.
func (s *Scroll[T]) Position() int { return s.at }

// Height is how many lines the window has.
func (s *Scroll[T]) Height() int { return s.height }

// MoveTo puts the cursor on the one at an index, or the nearest there is.
func (s *Scroll[T]) MoveTo(i int) {
	s.Follow = false
	s.at = max(min(i, len(s.items)-1), 0)
	s.scroll()
}

// MoveToLine puts the cursor on a line of the window, the first of which is 0.
func (s *Scroll[T]) MoveToLine(line int) { s.MoveTo(s.top + line) }

// scroll keeps the cursor inside the window, and the window inside the things.
func (s *Scroll[T]) scroll() {
	if s.Follow {
		s.at = 0
	}
	s.top = min(s.top, s.at, max(len(s.items)-s.height, 0))
	s.top = max(s.top, s.at-s.height+1, 0)
}
