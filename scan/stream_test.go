package scan

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"lockscope/lock/locktest"
)

// Who streams the results of a large tree is told of each directory before all are certain, and
// corrected. Nobody else is.
func TestStream(t *testing.T) {
	root := t.TempDir()
	site := play(t, locktest.TestWorld(t), root, locktest.SplitPlain)
	for i := range 4000 {
		makeDataDir(t, filepath.Join(root, fmt.Sprintf("t%03d", i)))
	}
	for stream, want := range map[int][]State{0: {Split}, 1: {Held, Split}, 250: {Held, Split}} {
		m := New(Config{Roots: []string{root}, MaxDepth: -1, Timeout: patience, Stream: stream})
		var changes []Change
		_, err := m.Once(t.Context(), func(u Update) {
			for _, c := range u.Changes {
				if c.Path == site.Dir {
					changes = append(changes, c)
				}
			}
		})
		if got := states(changes); err != nil || !slices.Equal(got, want) {
			t.Errorf("stream %d: %v, %v; want %v", stream, got, err, want)
		}
	}
}
