package main

import (
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"lockscope/scan/hosttest"
)

// A file that the user names may be a FIFO that nobody writes to. The program waits for it, and ends when it is told to.
func TestNamedFIFO(t *testing.T) {
	dir := hosttest.TempDir(t)
	fifo := filepath.Join(dir, "fifo")
	if err := unix.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, args := range map[string][]string{
		"config":     {"--config", fifo, "--check", dir},
		"hosts file": {"--hosts-file", fifo, "--check", dir},
		"evidence":   {"--break-stale", "--seen", fifo},
		"stdin":      {"--break-stale", "--seen", "-"},
	} {
		for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
			t.Run(name+"/"+sig.String(), func(t *testing.T) {
				cmd := command(args...)
				var told strings.Builder
				cmd.Stderr = &told
				in, err := cmd.StdinPipe() // which nobody writes to either
				if err != nil {
					t.Fatal(err)
				}
				defer in.Close()
				hosttest.Begin(t, cmd)
				hosttest.Eventually(t, "it waits for the file", func() bool { return hosttest.WaitsIn(t, cmd.Process.Pid, hosttest.OpenOfFIFO, hosttest.ReadOfPipe) })
				if err := cmd.Process.Signal(sig); err != nil {
					t.Fatal(err)
				}
				if err := cmd.Wait(); cmd.ProcessState.ExitCode() != 128+int(sig) || told.String() != "lockscope: stopped by signal: "+sig.String()+"\n" {
					t.Errorf("%v: %s", err, told.String())
				}
			})
		}
	}
}

// What a shell makes of <(...) is read, and so is standard input.
func TestNamedPipe(t *testing.T) {
	hosttest.NeedTool(t, "bash")
	root := hosttest.TempDir(t)
	dir := hosttest.MakeStale(t, root+"/a/data")
	hosttest.MakeStale(t, root+"/b/data")
	for _, script := range []string{
		`lockscope -o ndjson --config <(echo 'exclude = ["b"]') "$0"`,
		`echo 'exclude = ["b"]' | lockscope -o ndjson --config /dev/stdin "$0"`,
		`lockscope -o ndjson --hosts-file <(echo .) --config <(echo 'exclude = ["b"]') "$0"`,
	} {
		lines, status := lockscope(t, exec.Command("bash", "-c", script, root))
		if len(lines) != 2 || lines[dir].State != "stale" || status != 0 {
			t.Errorf("%s: exit status %d, %+v", script, status, lines)
		}
	}
}
