package locktest

import (
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"testing"
)

// Every scene is as the kernel sees it.
func TestScenes(t *testing.T) {
	for _, scene := range slices.Concat(Scenes, Containers) {
		t.Run(scene.Name, func(t *testing.T) {
			t.Parallel()
			s, err := TestWorld(t).Play(filepath.Join(t.TempDir(), "tenant", "data"), scene)
			if errors.Is(err, fs.ErrPermission) {
				t.Skip(err)
			} else if err != nil {
				t.Fatal(err)
			}
			if s.State != scene.State {
				t.Errorf("made %s, want %s", s.State, scene.State)
			}
			checkHolders(t, s)
			checkState(t, s)
		})
	}
}
