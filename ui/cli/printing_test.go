package cli

import (
	"context"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"lockscope/lock"
	"lockscope/ui"
	"lockscope/ui/print"
)

// A scan that is interrupted has no result, and says so by its status.
func TestInterruptedScan(t *testing.T) {
	root := t.TempDir()
	if err := os.WriteFile(filepath.Join(root, lock.DefaultNames.Lock), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := parse([]string{"--config", "/dev/null", root})
	if err != nil {
		t.Fatal(err)
	}
	for _, format := range []print.Format{print.Table, print.JSON, print.Check} {
		stdout, err := os.Create(filepath.Join(t.TempDir(), "stdout"))
		if err != nil {
			t.Fatal(err)
		}
		defer stdout.Close()
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(stopSignal{syscall.SIGTERM})
		if got, want := printScan(ctx, s, format, nil, ui.NewOutput(ctx, stdout), ui.NewOutput(ctx, stdout)), 128+15; got != want {
			t.Errorf("%s: exit status %d, want %d", format, got, want)
		}
		text, err := os.ReadFile(stdout.Name())
		if err != nil || string(text) != "lockscope: stopped by signal: terminated\n" {
			t.Errorf("%s: wrote %q, %v", format, text, err)
		}
	}
}
