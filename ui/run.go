// Package ui shows what a scan finds on a screen that a person steers. It shows nothing from outside
// that was not escaped, and acts only on what was in sight when the user said so.
package ui

import (
	"context"
	"errors"
	"os"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"lockscope/lock"
	"lockscope/scan/report"
)

// Options is what the screen needs from outside.
type Options struct {
	Host     string
	Roots    []string
	Names    lock.Names // of the files; the zero value stands for the default ones
	Source   Source
	Interval time.Duration  // what the source was told; 0 = only on request
	States   []report.State // show these alone, as if the user had asked for them; none = all

	// Break breaks the stale lock of a directory if the evidence in the
	// report still holds, and says what came of it. It is called from another goroutine, one call at a
	// time. Nil takes the action off the screen.
	Break func(*report.Report) report.Attempt
	// Check says what Break would come to, and changes nothing. It is called from another goroutine.
	// Nil if that is not to be found out.
	Check func(*report.Report) report.Attempt

	ASCII bool // no other characters on the screen: all else is spelled out, in names too
	Color bool // false: bold and reverse video only
	Demo  bool // say that the directories are a sandbox

	Stdin, Stdout *os.File // nil stands for the process's own
}

// ErrBreakHangs is returned by Run where a break was under way at the end and did
// not come to its own.
var ErrBreakHangs = errors.New("a stale-break has no answer from the system; what came of it is not known")

// breakGrace is how long the end waits for a break that is under way: one that takes longer hangs, as on a dead mount.
const breakGrace = 2 * time.Second

// Run shows the screen until the user quits, the terminal is gone, or ctx ends, as it should
// when a signal asks the program to, and leaves the terminal as it found it. It runs the
// source meanwhile, and lets a break that is under way come to its end, unless it hangs.
func Run(ctx context.Context, o Options) error {
	if name := os.Getenv("TERM"); name == "" || name == "dumb" {
		return ErrDumbTerminal
	}
	return newModel(o).run(ctx)
}

func (m *model) run(ctx context.Context) error {
	o := m.opts
	if o.Stdin == nil {
		o.Stdin = os.Stdin
	}
	if o.Stdout == nil {
		o.Stdout = os.Stdout
	}
	keys, opened, err := findKeyboard(o.Stdin)
	if err != nil {
		return err
	}
	if opened {
		defer keys.Close()
	}
	ctx, end := context.WithCancelCause(ctx)
	gone := func() { end(ErrTerminalGone) }
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		if HungUp(ctx, keys, o.Stdout) {
			gone()
		}
	}()
	defer func() {
		end(nil)
		<-watched // the files may be closed
	}()
	profile := colorprofile.ASCII
	if o.Color {
		profile = colorprofile.ANSI
	}
	program := tea.NewProgram(m,
		tea.WithInput(keyboard{keys, gone}),
		tea.WithOutput(newWire(ctx, o.Stdout)),
		tea.WithColorProfile(profile),
		tea.WithFPS(30), // idle, it costs half of what the default does; a key waits 33 ms at most
		tea.WithoutSignalHandler(),
	)
	defer context.AfterFunc(ctx, program.Quit)()
	sourceCtx, endSource := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		m.feed.run(sourceCtx, o.Source)
	}()
	_, err = program.Run()
	err = terminalError(err)
	if errors.Is(context.Cause(ctx), ErrTerminalGone) {
		err = ErrTerminalGone
	}
	endSource()
	<-ended
	if !ends(m.breaking, breakGrace) {
		err = errors.Join(err, ErrBreakHangs)
	}
	return err
}

// ends waits for what is under way, for a limited time.
func ends(underWay *sync.WaitGroup, limit time.Duration) bool {
	ended := make(chan struct{})
	go func() {
		underWay.Wait()
		close(ended)
	}()
	select {
	case <-ended:
		return true
	case <-time.After(limit):
		return false
	}
}
