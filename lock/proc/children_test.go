package proc

import (
	"slices"
	"testing"
)

func TestDescendants(t *testing.T) {
	children := map[int][]int{1: {2, 3}, 2: {4}, 4: {5, 6}}
	for most, want := range [][]int{{}, {2}, {2, 3}, {2, 3, 4}, {2, 3, 4, 5}, {2, 3, 4, 5, 6}, {2, 3, 4, 5, 6}} {
		if got := Descendants(children, 1, most); !slices.Equal(got, want) {
			t.Errorf("at most %d: %v, want %v", most, got, want)
		}
	}
	if got := Descendants(children, 6, 9); len(got) > 0 {
		t.Errorf("of a process without: %v", got)
	}
}
