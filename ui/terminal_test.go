package ui

import (
	"bytes"
	"context"
	"io"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"
	"golang.org/x/sys/unix"

	"lockscope/scan/hosttest"
	"lockscope/scan/report"
	"lockscope/scan/report/reporttest"
)

// terminal is a pseudo-terminal with an emulator at its far end.
type terminal struct {
	t        testing.TB
	far      *os.File // the emulator's side
	near     *os.File // the program's side
	emulator *vt.SafeEmulator

	mu      sync.Mutex
	wire    bytes.Buffer // all that the program wrote
	answers bytes.Buffer // all that the emulator answered to queries
}

func newTerminal(t testing.TB, width, height int) *terminal {
	t.Helper()
	far, near, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	far = pollable(t, far)
	term := &terminal{t: t, far: far, near: near, emulator: vt.NewSafeEmulator(width, height)}
	term.setSize(width, height)
	read, answered := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(read)
		io.Copy(writerFunc(func(p []byte) { term.take(p) }), far)
	}()
	go func() {
		defer close(answered)
		io.Copy(writerFunc(func(p []byte) {
			term.mu.Lock()
			term.answers.Write(p)
			term.mu.Unlock()
			far.Write(p)
		}), term.emulator)
	}()
	t.Cleanup(func() {
		near.Close()
		far.Close()
		<-read
		term.emulator.InputPipe().(io.Closer).Close()
		<-answered
	})
	return term
}

// pollable gives a file whose Close ends a Read that waits.
func pollable(t testing.TB, f *os.File) *os.File {
	t.Helper()
	defer f.Close()
	fd, err := unix.FcntlInt(f.Fd(), unix.F_DUPFD_CLOEXEC, 0)
	if err == nil {
		err = unix.SetNonblock(fd, true)
	}
	if err != nil {
		t.Fatal(err)
	}
	return os.NewFile(uintptr(fd), f.Name())
}

type writerFunc func([]byte)

func (f writerFunc) Write(p []byte) (int, error) { f(p); return len(p), nil }

func (term *terminal) take(p []byte) {
	term.mu.Lock()
	defer term.mu.Unlock()
	term.wire.Write(p)
	term.emulator.Write(p)
}

func (term *terminal) setSize(width, height int) {
	if err := pty.Setsize(term.near, &pty.Winsize{Cols: uint16(width), Rows: uint16(height)}); err != nil {
		term.t.Fatal(err)
	}
}

// resize changes the size, as a user does to a window.
func (term *terminal) resize(width, height int) {
	term.mu.Lock()
	term.emulator.Resize(width, height)
	term.mu.Unlock()
	term.setSize(width, height)
	// It is not our controlling terminal, so nobody else tells us.
	if err := syscall.Kill(os.Getpid(), syscall.SIGWINCH); err != nil {
		term.t.Fatal(err)
	}
}

// line is what is to be read on one line of the screen.
func (term *terminal) line(y int) string {
	var b strings.Builder
	for x := 0; x < term.emulator.Width(); {
		cell := term.emulator.CellAt(x, y)
		if cell == nil || cell.Width == 0 {
			x++
			continue
		}
		b.WriteString(cell.Content)
		x += cell.Width
	}
	return strings.TrimRight(b.String(), " ")
}

// text is what is to be read on the screen.
func (term *terminal) text() string {
	term.mu.Lock()
	defer term.mu.Unlock()
	var b strings.Builder
	for y := range term.emulator.Height() {
		b.WriteString(term.line(y) + "\n")
	}
	return b.String()
}

// written is all that went over the wire so far.
func (term *terminal) written() string {
	term.mu.Lock()
	defer term.mu.Unlock()
	return term.wire.String()
}

func (term *terminal) send(keys string) {
	term.t.Helper()
	if _, err := io.WriteString(term.far, keys); err != nil {
		term.t.Fatal(err)
	}
}

// wait waits until the screen is as it should be, which what describes.
func (term *terminal) wait(what string, ok func(text string) bool) {
	term.t.Helper()
	if !eventually(func() bool { return ok(term.text()) }) {
		term.t.Fatalf("waited for %s; the screen:\n%s", what, term.text())
	}
}

// see waits until the screen shows a text, and unsee until it does not.
func (term *terminal) see(want string) {
	term.t.Helper()
	term.wait(want, func(text string) bool { return strings.Contains(text, want) })
}

func (term *terminal) unsee(text string) {
	term.t.Helper()
	term.wait("no "+text, func(screen string) bool { return !strings.Contains(screen, text) })
}

// eventually polls until ok, or patience ends.
func eventually(ok func() bool) bool {
	for deadline := time.Now().Add(hosttest.Patience); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			return false
		}
	}
	return true
}

// running is a screen that runs on a terminal.
type running struct {
	*terminal
	source *fakeSource
	clock  *clock
	done   chan error
	end    context.CancelFunc
}

// clock is the time on a screen: noon, until it is set forward.
type clock struct {
	since atomic.Int64 // noon
	reads atomic.Int64
}

func (c *clock) now() time.Time {
	c.reads.Add(1)
	return reporttest.Noon.Add(time.Duration(c.since.Load()))
}

func (c *clock) forward(d time.Duration) { c.since.Add(int64(d)) }

func runScreen(t testing.TB, width, height int, o Options) *running {
	t.Helper()
	term := newTerminal(t, width, height)
	ctx, cancel := context.WithCancel(context.Background())
	r := &running{terminal: term, source: newFakeSource(), clock: &clock{}, done: make(chan error, 1), end: cancel}
	o.Host, o.Roots, o.Source, o.Interval = "web-07", []string{reporttest.Root}, r.source, 2*time.Second
	o.Stdin, o.Stdout = term.near, term.near
	m := newModel(o)
	m.now, m.tick = r.clock.now, 10*time.Millisecond
	go func() { r.done <- m.run(ctx) }()
	t.Cleanup(func() {
		cancel()
		<-r.done
	})
	return r
}

func (r *running) show(updates ...report.Update) {
	for _, u := range updates {
		r.source.updates <- u
	}
}

// ended waits for the screen to end, and says how.
func (r *running) ended() error {
	r.t.Helper()
	select {
	case err := <-r.done:
		r.done <- err
		return err
	case <-time.After(hosttest.Patience):
		r.t.Fatalf("still running; the screen:\n%s", r.text())
		return nil
	}
}
