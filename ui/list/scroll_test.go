package list

import (
	"slices"
	"testing"
)

func TestScroll(t *testing.T) {
	var s Scroll[int]
	s.SetHeight(4)
	if _, ok := s.Current(); ok {
		t.Error("there is a cursor on nothing")
	}
	s.MoveTo(3)
	s.Set([]int{9, 8, 7, 6, 5, 4, 3, 2, 1})
	s.MoveTo(5)
	has := func(cursor int, window ...int) {
		t.Helper()
		if got, _ := s.Current(); got != cursor || !slices.Equal(s.Window(), window) {
			t.Errorf("on %d of %v, want %d of %v", got, s.Window(), cursor, window)
		}
	}
	has(4, 7, 6, 5, 4)
	s.Set([]int{11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1})
	has(4, 7, 6, 5, 4)
	s.MoveToLine(1)
	s.Set([]int{12, 11, 10, 9, 8, 7, 5, 4, 3}) // 6 is no more
	has(5, 7, 5, 4, 3)
	s.Set([]int{5})
	has(5, 5)
	s.Set(nil)
	s.Follow = true
	s.Set([]int{1, 2, 3, 4, 5})
	has(1, 1, 2, 3, 4)
	s.Set([]int{0, 1, 2, 3, 4, 5})
	has(0, 0, 1, 2, 3)
	s.MoveTo(99)
	s.Set([]int{-1, 0, 1, 2, 3, 4, 5})
	has(5, 2, 3, 4, 5)
	s.SetHeight(2)
	has(5, 4, 5)
}
