package main

import (
	"context"
	"os"

	"lockscope/scan"
	"lockscope/ui"
)

// screen runs the terminal interface until the user quits.
func screen(ctx context.Context, s *settings, m *scan.Monitor, stderr *os.File) int {
	return newPrinting(s, ui.Table, os.Stdout, stderr).run(ctx, m)
}
