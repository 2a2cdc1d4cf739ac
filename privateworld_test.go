package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"lockscope/lock/locktest"
	"lockscope/scan/hosttest"
)

// everyScene are the scenes whose verdict does not change with time, those of containers too.
func everyScene() []locktest.Scene {
	return slices.Concat(lasting(), locktest.Containers, []locktest.Scene{locktest.OpenUnseen})
}

// privateWorld is a root that only another user can enter, with a directory for each scene.
func privateWorld(t *testing.T, scenes ...locktest.Scene) (root string) {
	t.Helper()
	hosttest.NeedRoot(t, "give files away")
	root = hosttest.TempDir(t)
	w := locktest.TestWorld(t)
	for _, scene := range scenes {
		hosttest.Play(t, w, filepath.Join(root, scene.Name), scene)
	}
	if err := errors.Join(os.Chmod(root, 0o700), os.Chown(root, 65533, 65533)); err != nil {
		t.Fatal(err)
	}
	return root
}

// verdicts are what there is in ndjson of each directory: its state, why, and how the lock was established.
func verdicts(t *testing.T, text []byte) map[string]string {
	t.Helper()
	seen := map[string]string{}
	for text := range bytes.Lines(text) {
		var l struct {
			Type, Path, State, Error string
			Reasons                  []string
			Lock                     struct{ Source string }
			Holders                  []struct{ PID, FD int }
		}
		if err := json.Unmarshal(text, &l); err != nil {
			t.Fatal(err)
		}
		if l.Type != "summary" {
			seen[filepath.Base(l.Path)] = fmt.Sprint(l.State, l.Reasons, l.Lock.Source, l.Error, l.Holders)
		}
	}
	return seen
}

// differences are those directories of which something else is seen than is wanted.
func differences(got, want map[string]string) (list []string) {
	for name, text := range want {
		if got[name] != text {
			list = append(list, fmt.Sprintf("%s: %q, and not %q", name, got[name], text))
		}
	}
	for name, text := range got {
		if _, ok := want[name]; !ok {
			list = append(list, fmt.Sprintf("%s: %q, and not there", name, text))
		}
	}
	return list
}
