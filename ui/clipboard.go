package ui

import (
	"bytes"
	"context"
	"errors"
	"os/exec"
	"strings"
	"syscall"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"lockscope/ui/show"
)

// clipboard is the way for a text to where it can be pasted from. A terminal never says whether it
// took one. So nothing here is ever called copied.
type clipboard uint8

const (
	toTerminal clipboard = iota // OSC 52, which goes through ssh
	toTmux                      // its default, set-clipboard external, drops OSC 52; but it has a buffer of its own
	toScreen                    // it hands on what is wrapped as a DCS
	toEither                    // TERM is that of screen, and no variable tells: we are over ssh, from within screen or tmux
	toNobody                    // the console of Linux: it has no clipboard, and older ones print what they are sent
)

// findClipboard reads the environment, by getenv, which is os.Getenv.
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

// send hands over a text that is printable, and says where it was sent. What it was is said by what.
func (m *model) send(text, what string) tea.Cmd {
	sequence := ansi.SetSystemClipboard(text)
	wrapped := ansi.ScreenPassthrough(sequence, maxScreenDCS)
	switch m.clipboard {
	case toTmux:
		m.notice = "sending to tmux's buffer: " + what
		return func() tea.Msg {
			if err := loadBuffer(text); err != nil {
				return noticeMsg("not sent, tmux does not take it: " + escapeError(err))
			}
			return noticeMsg("sent to tmux's buffer: " + what)
		}
	case toScreen:
		m.notice = "sent to the terminal, through screen: " + what
		return tea.Raw(wrapped)
	case toEither:
		m.notice = "sent to the terminal: " + what
		return tea.Raw(sequence + wrapped) // either passes over the other's
	case toNobody:
		m.notice = "not sent, the console has no clipboard: " + what
		return nil
	}
	m.notice = "sent to the terminal: " + what
	return tea.Raw(sequence)
}

// loadBuffer gives tmux a text for its buffer and, by -w, for the terminals that it is shown on.
// Releases before 3.2 do not know -w: they get it without.
func loadBuffer(text string) error {
	ctx, cancel := context.WithTimeout(context.Background(), tmuxTimeout)
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
	cmd.WaitDelay = tmuxTimeout                                        // a child of it may keep the pipe
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} // one that hangs does not stay behind
	err := cmd.Run()
	line, _, _ := strings.Cut(strings.TrimSpace(said.String()), "\n")
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return errors.New("no answer in " + show.Seconds(tmuxTimeout))
	case line != "":
		return errors.New(line)
	}
	return err
}
