package locktest

import (
	"path/filepath"
	"testing"
)

func TestMakeCoversEveryState(t *testing.T) {
	w := TestWorld(t)
	for _, state := range States {
		s, err := w.Make(filepath.Join(w.Root, string(state)), state)
		if err != nil {
			t.Fatal(err)
		}
		if s.State != state {
			t.Errorf("made %s, want %s", s.State, state)
		}
	}
	if _, err := w.Make(w.Root, "haunted"); err == nil {
		t.Error("made a state that there is not")
	}
}
