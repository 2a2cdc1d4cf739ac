package ui

import (
	"bytes"
	"context"
	"errors"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"lockscope/ui/show"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
)

// clipboard is the way for a text to where it can be pasted from. A terminal never says
// whether it took one, so that nothing here is ever called copied.
type clipboard uint8

const (
	toTerminal clipboard = iota // OSC 52, which goes through ssh
	toTmux                      // which drops OSC 52 as it comes (set-clipboard external), but has a buffer of its own
	toScreen                    // which hands on what is wrapped as a DCS
	toEither                    // a TERM of screen without its variables: over ssh from within screen or tmux
	toNobody                    // the console of Linux: it has no clipboard, and older ones print what they are sent
)

// findClipboard reads the environment: getenv is os.Getenv.
func findClipboard(getenv func(string) string) clipboard {
	term := getenv("TERM")
	switch {
	case getenv("TMUX") != "":
		return toTmux
	case getenv("STY") != "":
		return toScreen
	case strings.HasPrefix(term, "screen"):
		return toEither
	case term == "linux":
		return toNobody
	}
	return toTerminal
}

// screenMost is how long a DCS may be in GNU screen, which drops a longer one.
const screenMost = 768

// send hands over a text that is printable, and says where it was sent.
func (m *model) send(text string) tea.Cmd {
	sequence := ansi.SetSystemClipboard(text)
	wrapped := ansi.ScreenPassthrough(sequence, screenMost)
	switch m.clipboard {
	case toTmux:
		m.notice = "sending to tmux's buffer: " + text
		return func() tea.Msg {
			if err := loadBuffer(text); err != nil {
				return noticeMsg("not sent, tmux does not take it: " + escapeError(err))
			}
			return noticeMsg("sent to tmux's buffer: " + text)
		}
	case toScreen:
		m.notice = "sent to the terminal, through screen: " + text
		return tea.Raw(wrapped)
	case toEither:
		m.notice = "sent to the terminal: " + text
		return tea.Raw(sequence + wrapped) // either passes over the other's
	case toNobody:
		m.notice = "not sent, the console has no clipboard: " + text
		return nil
	}
	m.notice = "sent to the terminal: " + text
	return tea.Raw(sequence)
}

// tmuxPatience is how long tmux may take.
const tmuxPatience = 2 * time.Second

// loadBuffer gives tmux a text for its buffer, and for the terminals that it is shown
// on (-w, which releases before 3.2 do not know).
func loadBuffer(text string) error {
	ctx, cancel := context.WithTimeout(context.Background(), tmuxPatience)
	defer cancel()
	err := tmux(ctx, text, "load-buffer", "-w", "-")
	if err != nil && ctx.Err() == nil {
		err = tmux(ctx, text, "load-buffer", "-")
	}
	return err
}

// tmux runs a command of tmux. Its error is one line.
func tmux(ctx context.Context, input string, args ...string) error {
	cmd := exec.CommandContext(ctx, "tmux", args...)
	cmd.Stdin = strings.NewReader(input)
	var said bytes.Buffer
	cmd.Stderr = &said
	cmd.WaitDelay = tmuxPatience                                       // for a child of it that keeps the pipe
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} // one that hangs does not stay behind
	err := cmd.Run()
	line, _, _ := strings.Cut(strings.TrimSpace(said.String()), "\n")
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return errors.New("no answer in " + show.Seconds(tmuxPatience))
	case line != "":
		return errors.New(line)
	}
	return err
}
