package scan

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"lockscope/lock/locktest"
	"lockscope/scan/hosttest"
	"lockscope/scan/report"
)

// Who streams the results of a large tree is told of each directory before all are certain, and
// corrected. Nobody else is.
func TestStream(t *testing.T) {
	root := t.TempDir()
	site := play(t, locktest.TestWorld(t), root, locktest.SplitPlain)
	for i := range 4000 {
		hosttest.MakeData(t, filepath.Join(root, fmt.Sprintf("t%03d", i)))
	}
	for stream, want := range map[int][]report.State{0: {report.Split}, 1: {report.Held, report.Split}, 250: {report.Held, report.Split}} {
		m := New(Config{Roots: []string{root}, MaxDepth: -1, Timeout: hosttest.Patience, Stream: stream})
		var changes []report.Change
		_, err := m.Once(t.Context(), func(u report.Update) {
			for _, c := range u.Changes {
				if c.Report.Path == site.Dir {
					changes = append(changes, c)
				}
			}
		})
		if got := states(changes); err != nil || !slices.Equal(got, want) {
			t.Errorf("stream %d: %v, %v; want %v", stream, got, err, want)
		}
	}
}
