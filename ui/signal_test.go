package ui

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"lockscope/scan/hosttest"
)

// start runs a program as the leader of a session on the terminal, with the
// test binary as a screen in $SCREEN.
func (term *terminal) start(name string, args ...string) *exec.Cmd {
	term.t.Helper()
	return term.startAs(&syscall.SysProcAttr{Setsid: true, Setctty: true}, name, args...)
}

func (term *terminal) startAs(attr *syscall.SysProcAttr, name string, args ...string) *exec.Cmd {
	term.t.Helper()
	self, err := os.Executable()
	if err != nil {
		term.t.Fatal(err)
	}
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), childEnv+"=20", "SCREEN="+self)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = term.near, term.near, term.near
	cmd.SysProcAttr = attr
	if err := cmd.Start(); err != nil {
		term.t.Fatal(err)
	}
	term.t.Cleanup(func() { cmd.Process.Kill() })
	return cmd
}

// exited waits for the end of a program.
func exited(t *testing.T, cmd *exec.Cmd) error {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	select {
	case err := <-done:
		return err
	case <-time.After(hosttest.Patience):
		t.Fatal("it did not end")
		return nil
	}
}

func TestSignals(t *testing.T) {
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGHUP, syscall.SIGINT} {
		t.Run(sig.String(), func(t *testing.T) {
			term := newTerminal(t, 80, 24)
			cmd := term.start("/bin/sh", "-c", `exec "$SCREEN"`)
			term.see("tenant-0412")
			if err := cmd.Process.Signal(sig); err != nil {
				t.Fatal(err)
			}
			if err := exited(t, cmd); err != nil {
				t.Error(err)
			}
			term.left()
		})
	}
}

// left waits until everything that was set on the terminal is reset.
func (term *terminal) left() {
	term.t.Helper()
	for _, off := range []string{"\x1b[?1049l", "\x1b[?25h", "\x1b[?2004l", "\x1b[?1002l", "\x1b[?1006l"} {
		if !eventually(func() bool { return strings.Contains(term.written(), off) }) {
			term.t.Errorf("%q was not sent", off)
		}
	}
}

func TestConnectionLost(t *testing.T) {
	term := newTerminal(t, 80, 24)
	cmd := term.start("/bin/sh", "-c", `exec "$SCREEN"`)
	term.see("tenant-0412")
	term.near.Close()
	term.far.Close()
	exited(t, cmd)
}

// A terminal that is gone ends the screen where no SIGHUP tells of it, whatever it shows.
func TestTerminalGone(t *testing.T) {
	controlling, other := &syscall.SysProcAttr{Setsid: true, Setctty: true}, &syscall.SysProcAttr{Setsid: true}
	for name, test := range map[string]struct {
		attr   *syscall.SysProcAttr
		script string
	}{
		"ignored":            {controlling, `trap "" HUP; exec "$SCREEN"`},
		"not controlling":    {other, `exec "$SCREEN"`},
		"keys from /dev/tty": {controlling, `trap "" HUP; exec "$SCREEN" </dev/null`},
	} {
		for _, keys := range []string{"", "6B", "/kvd", "?", "\r"} {
			t.Run(fmt.Sprintf("%s %q", name, keys), func(t *testing.T) {
				term := newTerminal(t, 80, 24)
				cmd := term.startAs(test.attr, "/bin/sh", "-c", test.script)
				term.see("tenant-0412")
				before := len(term.written())
				term.send(keys)
				if keys != "" && !eventually(func() bool { return len(term.written()) > before }) {
					t.Fatal("nothing comes of the keys")
				}
				term.near.Close()
				term.far.Close()
				var exit *exec.ExitError
				if err := exited(t, cmd); !errors.As(err, &exit) || exit.ExitCode() != goneStatus {
					t.Errorf("ended with %v", err)
				}
			})
		}
	}
}

func TestTerminalError(t *testing.T) {
	for _, test := range []struct {
		err  error
		want string
	}{
		{fmt.Errorf("bubbletea: error getting terminal size: %w", syscall.EIO), "use the terminal: input/output error"},
		{fmt.Errorf("%w: %w", tea.ErrProgramKilled, tea.ErrProgramPanic), "the screen ended by a fault of this program, which is told above"},
		{tea.ErrProgramKilled, "the screen could not be shown"},
	} {
		if got := terminalError(test.err); got.Error() != test.want {
			t.Errorf("%v: got %q, want %q", test.err, got, test.want)
		}
	}
	if err := terminalError(nil); err != nil {
		t.Error(err)
	}
}

// TestSuspend: in every mode.
func TestSuspend(t *testing.T) {
	for _, mode := range []struct{ keys, shows, quit string }{
		{"", "tenant-0412", "q"}, {"/kvd", "filtered", "\x1bq"}, {"?", "half a page", "qq"}, {"l", "log since the start", "qq"},
		{"\r", "observed", "qq"}, {"6B", "[ Cancel ]", "\x1bq"},
	} {
		t.Run(mode.keys, func(t *testing.T) {
			term := newTerminal(t, 80, 24)
			cmd := term.start("/bin/sh", "-c", `set -m; "$SCREEN"; echo suspended; read go; fg; echo ended`)
			term.see("tenant-0412")
			term.send(mode.keys)
			term.see(mode.shows)
			term.send("\x1a")
			term.see("suspended")
			term.left()
			term.send("go\r")
			term.see(mode.shows)
			term.send(mode.quit)
			term.see("ended")
			exited(t, cmd)
		})
	}
}

// TestNotSuspendedWhileBreaking: who is stopped keeps the lock.
func TestNotSuspendedWhileBreaking(t *testing.T) {
	b := breaker{hold: make(chan struct{})}
	term := askBreak(t, &b, 80, 24)
	term.beginBreak()
	term.send("\x1a")
	term.see("not suspended before this is done")
	close(b.hold)
	term.see("1 cleared")
}

func TestKeysWithoutStdin(t *testing.T) {
	term := newTerminal(t, 80, 24)
	cmd := term.start("/bin/sh", "-c", `exec "$SCREEN" </dev/null`)
	term.see("tenant-0412")
	term.send("q")
	if err := exited(t, cmd); err != nil {
		t.Error(err)
	}
}

func TestSuspendWithoutShell(t *testing.T) {
	term := newTerminal(t, 80, 24)
	cmd := term.start("/bin/sh", "-c", `exec "$SCREEN"`)
	term.see("tenant-0412")
	term.send("\x1a")
	term.see("not suspended")
	term.send("q")
	exited(t, cmd)
}
