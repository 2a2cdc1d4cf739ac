package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/creack/pty"

	"lockscope/scan/hosttest"
)

// completions are what is typed after the name of the program, before a tab, and how it goes on then.
var completions = map[string]string{
	"--comp":           "letion",
	"--completion f":   "ish",
	"-o pro":           "metheus",
	"--probe fl":       "ock",
	"--probe=fl":       "ock",
	"-s ung":           "uarded",
	"--state stale,sp": "lit",
	"--sort hol":       "der",
	"--config conf":    "ig.toml",
	"--config=conf":    "ig.toml",
	"--hosts-file my":  `\ hosts.txt`,
	"ten":              "ants/",
	"-x --once ten":    "ants/",
}

// shellDir is a directory to complete in, and a file with the completion for a shell.
func shellDir(t *testing.T, shell string) (dir, script string) {
	t.Helper()
	hosttest.NeedTool(t, shell)
	dir = t.TempDir()
	hosttest.MakeDir(t, filepath.Join(dir, "tenants"))
	hosttest.WriteFile(t, filepath.Join(dir, "config.toml"), "")
	hosttest.WriteFile(t, filepath.Join(dir, "my hosts.txt"), "")
	out, err := command("--completion", shell).Output()
	if err != nil {
		t.Fatal(err)
	}
	script = filepath.Join(dir, ".completion")
	hosttest.WriteFile(t, script, string(out))
	return dir, script
}

// In bash and zsh the tab key of a real terminal is tried.
func TestCompletionTab(t *testing.T) {
	for shell, start := range map[string]struct {
		args  []string
		setup string
	}{
		"bash": {[]string{"--norc", "--noprofile", "-i"}, "bind 'set enable-bracketed-paste off'; source %s"},
		"zsh":  {[]string{"-f", "-i"}, "autoload -U compinit; compinit -u -D; unsetopt zle_bracketed_paste prompt_sp; source %s"},
	} {
		t.Run(shell, func(t *testing.T) {
			dir, script := shellDir(t, shell)
			cmd := exec.Command(shell, start.args...)
			cmd.Dir = dir
			cmd.Env = append(os.Environ(), "TERM=dumb", "PS1=$ ", "HOME="+dir, "LC_ALL=C.UTF-8")
			terminal, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 24, Cols: 200})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				cmd.Process.Kill()
				cmd.Wait()
				terminal.Close()
			})
			const mark = "@@"
			write(t, terminal, fmt.Sprintf(start.setup, script)+"\n")
			n := 0
			for typed, rest := range completions {
				// The shell listens, and not the terminal itself, once a prompt has come that is a new one.
				n++
				write(t, terminal, fmt.Sprintf("\x15PS1=READ; PS1=${PS1}Y%d\\>\n", n))
				readUntil(t, terminal, fmt.Sprintf("READY%d>", n))
				write(t, terminal, "lockscope "+typed+"\t"+mark)
				line := string(readUntil(t, terminal, mark))
				end := strings.TrimRight(line[:strings.Index(line, mark)], " /,=\b") // what a shell adds, and may take back
				if !strings.HasSuffix(end, strings.TrimSuffix(rest, "/")) {
					t.Errorf("%s: %q, want %q", typed, line, rest)
				}
			}
		})
	}
}

// fish tells by itself.
func TestCompletionFish(t *testing.T) {
	dir, script := shellDir(t, "fish")
	for typed, rest := range completions {
		cmd := exec.Command("fish", "--no-config", "-c", "source $argv[1]; complete -C $argv[2]", "--", script, "lockscope "+typed)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "HOME="+dir, "TERM=dumb", "LC_ALL=C.UTF-8")
		out, err := cmd.CombinedOutput()
		last := typed[strings.LastIndexByte(typed, ' ')+1:]
		want := last + strings.ReplaceAll(rest, `\`, "") // it quotes only as it completes
		first, _, _ := strings.Cut(string(bytes.TrimSpace(out)), "\n")
		word, _, _ := strings.Cut(first, "\t")
		if err != nil || word != want && !strings.HasSuffix(want, "="+word) {
			t.Errorf("%s: %q, want %q: %v", typed, out, want, err)
		}
	}
}
