package ui

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"testing"
	"time"

	"lockscope/scan/hosttest"
	"lockscope/scan/report"
	"lockscope/scan/report/reporttest"
)

// childEnv makes the test binary a program that shows a screen: how many
// healthy directories it has.
const childEnv = "LOCKSCOPE_UI_SCREEN"

// goneStatus is the exit status of that program where its terminal went away.
const goneStatus = 9

func TestMain(m *testing.M) {
	time.Local = time.UTC
	if n := os.Getenv(childEnv); n != "" {
		os.Exit(child(n))
	}
	hosttest.HearSignals()
	os.Setenv("TERM", "xterm-256color")
	for _, name := range []string{"TMUX", "STY"} { // where what is copied goes
		os.Unsetenv(name)
	}
	os.Exit(m.Run())
}

// child shows a screen on the terminal it was started on, until it is told to end.
func child(healthy string) int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if !signal.Ignored(syscall.SIGHUP) {
		ctx, stop = signal.NotifyContext(ctx, syscall.SIGHUP)
		defer stop()
	}
	n, _ := strconv.Atoi(healthy)
	source := newFakeSource()
	go func() {
		source.updates <- reporttest.Scanned(reporttest.Fleet(n))
		for range time.Tick(2 * time.Second) {
			source.updates <- reporttest.Scanned(nil)
		}
	}()
	err := Run(ctx, Options{
		Host: "web-07", Roots: []string{reporttest.Root}, Source: source, Interval: 2 * time.Second,
		Color: os.Getenv("NO_COLOR") == "", ASCII: os.Getenv("LOCKSCOPE_UI_ASCII") != "",
		Break: func(r *report.Report) report.Attempt {
			if r.Evidence.Pidfile.PID == 1 {
				return report.Attempt{Outcome: report.Refused, Err: errNotStale}
			}
			return report.Attempt{Outcome: report.Removed, Files: []string{".handoff.pidfile"}}
		},
	})
	switch {
	case errors.Is(err, ErrTerminalGone):
		return goneStatus
	case err != nil:
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}
