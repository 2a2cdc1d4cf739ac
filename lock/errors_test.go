//go:build linux

package lock_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"lockscope/lock"
)

// Each reason has a word and a sentence of its own.
func TestRefusalWords(t *testing.T) {
	words, sentences := map[string]bool{}, map[string]bool{}
	for why := lock.RefusedUnknown; why <= lock.RefusedElsewhere; why++ {
		words[why.String()] = true
		sentences[(&lock.RefusedError{Dir: "/data", Reason: why, PID: 7}).Error()] = true
	}
	if n := int(lock.RefusedElsewhere) + 1; len(words) != n || len(sentences) != n {
		t.Errorf("%d reasons: %v, %v", n, words, sentences)
	}
	if got := (lock.RefusedElsewhere + 1).String(); words[got] || got == "" {
		t.Errorf("an unknown reason is %q", got)
	}
}

func TestRefusedNotRegularIsErrNotRegular(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, lockfile, "")
	if err := os.Symlink("/", filepath.Join(dir, pidfile)); err != nil {
		t.Fatal(err)
	}
	if _, err := lock.BreakStale(dir, inspect(t, dir)); !errors.Is(err, lock.ErrNotRegular) {
		t.Errorf("%v", err)
	}
}
