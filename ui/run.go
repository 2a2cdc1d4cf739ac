// Package ui is the screen on which a person follows a scan and steers it: its modes and keys, its
// parts and their looks, and the terminal that it runs on. What is shown and where the cursor is, is
// package list's; how a fact reads, is package show's.
//
// Nothing from outside reaches the terminal that was not escaped. The screen acts only on what was
// in sight when the user said so.
//
// Update and what it calls wait for nothing: what may take time is done by a command, which knows
// what it was given and not the model.
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
	Hosts    []string   // that are watched; none = this one alone
	Roots    []string   // none = each host has its own
	Names    lock.Names // of the files; the zero value stands for the default ones
	Source   Source
	Interval time.Duration  // what the source was told; 0 = only on request
	States   []report.State // show these alone, as if the user had asked for them; none = all
	View     View           // what else it begins with

	// Break breaks the stale lock of a directory if the evidence in the report still holds, and
	// says what came of it. It is called from another goroutine, one call at a time. Nil takes
	// the action off the screen.
	Break func(*report.Report) report.Attempt
	// Check says what Break would come to, and changes nothing. It is called from another
	// goroutine. Where the directory is the only one that is asked about, another host may be
	// asked, which takes its time. Nil if that is not to be found out.
	Check func(r *report.Report, only bool) report.Attempt

	Bell  bool // ring the terminal's bell when a problem comes up
	Title bool // say in the title of the terminal's window what problems came up

	ASCII bool // no other characters on the screen: all else is spelled out, in names too
	Color bool // false: bold and reverse video only
	Demo  bool // say that the directories are a sandbox

	Stdin, Stdout *os.File // nil stands for the process's own
}

// Run shows the screen, and runs the source, until the user quits, the terminal is gone, or ctx
// ends, as it should when a signal asks the program to. It leaves the terminal as it found it. A
// break that is under way comes to its end, unless it hangs: see ErrBreakHangs.
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
		tea.WithOutput(newOutputFilter(ctx, o.Stdout, m.frames)),
		tea.WithColorProfile(profile),
		tea.WithFPS(framesPerSecond),
		tea.WithoutSignalHandler(),
	)
	defer context.AfterFunc(ctx, program.Quit)()
	sourceCtx, endSource := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		m.queue.run(sourceCtx, o.Source)
	}()
	_, err = program.Run()
	err = terminalError(err)
	if errors.Is(context.Cause(ctx), ErrTerminalGone) {
		err = ErrTerminalGone
	}
	endSource()
	<-ended
	if !ends(m.breaks, breakGrace) {
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
