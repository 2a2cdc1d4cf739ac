package locktest

import (
	"path/filepath"
	"testing"
)

func TestLoop(t *testing.T) {
	w := TestWorld(t)
	dir := filepath.Join(t.TempDir(), "data")
	first, err := w.Loop(dir)
	if err != nil {
		t.Fatal(err)
	}
	if c, err := first.Stop(); err != nil || c.Acquired == 0 || len(c.Failed) != 0 {
		t.Errorf("alone: %v, %v", c, err)
	}
	if _, err := w.Make(dir, Held); err != nil {
		t.Fatal(err)
	}
	second, err := w.Loop(dir)
	if err != nil {
		t.Fatal(err)
	}
	if c, err := second.Stop(); err != nil || c.Acquired != 0 || c.Failed["held"] == 0 {
		t.Errorf("beside a holder: %v, %v", c, err)
	}
}
