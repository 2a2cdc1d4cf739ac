package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"lockscope/scan/hosttest"
)

// readme is the text of the README.
func readme(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Skip("needs the source: ", err)
	}
	return string(text)
}

// readmeCommands are the command lines of the README's examples that run lockscope.
func readmeCommands(t *testing.T) (lines []string) {
	t.Helper()
	for line := range strings.Lines(readme(t)) {
		if example, ok := strings.CutPrefix(line, "    "); ok && regexp.MustCompile(`(^|[<(| ])lockscope -|^lockscope /`).MatchString(example) {
			lines = append(lines, strings.TrimSpace(example))
		}
	}
	return lines
}

// readmePlace is a directory to run the examples in, whose first program in $PATH is lockscope, with what is
// named in them. What has no place in it stays out of reach.
func readmePlace(t *testing.T) (dir string, env []string) {
	t.Helper()
	dir = t.TempDir()
	hosttest.MakeStale(t, dir+"/srv/tenants/eu/a")
	hosttest.MakeData(t, dir+"/srv/x/data")
	hosttest.MakeDir(t, dir+"/etc")
	hosttest.WriteFile(t, dir+"/hosts", "web-01\n")
	hosttest.MakeDir(t, dir+"/bin")
	if err := os.Symlink(hosttest.OwnCopy(t, "lockscope"), dir+"/bin/lockscope"); err != nil {
		t.Fatal(err)
	}
	return dir, append(os.Environ(), "PATH="+dir+"/bin:"+os.Getenv("PATH"), "HOME="+dir, "XDG_CONFIG_HOME="+dir, "XDG_STATE_HOME="+dir, "LC_ALL=C.UTF-8")
}

// Each example is one that this version takes. With --write-config it says so, and does nothing else.
func TestReadmeUsage(t *testing.T) {
	hosttest.NeedTool(t, "bash")
	dir, env := readmePlace(t)
	commands := readmeCommands(t)
	if len(commands) < 12 {
		t.Errorf("only %q", commands)
	}
	program := regexp.MustCompile(`(^|[<(| ])lockscope [^|>)#]*`)
	for _, command := range commands {
		only := strings.TrimLeft(program.FindString(command), "<(| ")
		cmd := exec.Command("bash", "-c", strings.Replace(only, "lockscope ", "lockscope --write-config ", 1))
		cmd.Dir, cmd.Env = dir, env
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v: %s", command, err, out)
		}
	}
}

// Those that end by themselves, on this host alone, are run whole.
func TestReadmeExamples(t *testing.T) {
	hosttest.NeedTool(t, "bash")
	dir, env := readmePlace(t)
	attention := map[string]bool{"--check": true, "--break-stale": true} // what they say of the stale one is status 1
	run := 0
	for _, command := range readmeCommands(t) {
		if strings.Contains(command, "--listen") || strings.Contains(command, "--host") || strings.Contains(command, " -w ") || strings.HasPrefix(command, "/usr") ||
			strings.Contains(command, "jq ") && !hasTool("jq") || strings.Contains(command, "man -l") && !hasTool("man") {
			continue
		}
		run++
		here := strings.NewReplacer("/srv/", dir+"/srv/", "/etc/", dir+"/etc/").Replace(command)
		cmd := exec.Command("bash", "-o", "pipefail", "-c", here)
		cmd.Dir, cmd.Env = dir, env
		out, err := cmd.CombinedOutput()
		mayAttend := false
		for flag := range attention {
			mayAttend = mayAttend || strings.Contains(command, flag)
		}
		if status := cmd.ProcessState.ExitCode(); status != 0 && !(mayAttend && status == 1) {
			t.Errorf("%s: %v: %s", command, err, out)
		}
	}
	if run < 8 {
		t.Errorf("only %d examples were run", run)
	}
	for _, made := range []string{"lockscope.prom", "config.toml", "etc/lockscope/config.toml"} {
		if info, err := os.Stat(filepath.Join(dir, made)); err != nil || info.Size() == 0 {
			t.Errorf("%s was not written: %v", made, err)
		}
	}
}

// What a textfile collector reads is there, and nothing beside it, where a root could not be scanned, too: its errors
// are metrics.
func TestReadmeTextfile(t *testing.T) {
	hosttest.NeedTool(t, "bash")
	dir, env := readmePlace(t)
	place := hosttest.MakeDir(t, dir+"/textfile")
	run := 0
	for _, command := range readmeCommands(t) {
		if !strings.Contains(command, "-o prometheus") {
			continue
		}
		run++
		cmd := exec.Command("bash", "-c", strings.ReplaceAll(command, "/srv/tenants", dir+"/srv/missing"))
		cmd.Dir, cmd.Env = place, env
		out, _ := cmd.CombinedOutput()
		text, err := os.ReadFile(place + "/lockscope.prom")
		if err != nil || !strings.Contains(string(text), "\nlockscope_errors 1\n") {
			t.Errorf("%s: %v: %s%s", command, err, out, text)
		}
		if files, _ := filepath.Glob(place + "/*"); len(files) > 1 {
			t.Errorf("%s: left %q", command, files)
		}
	}
	if run == 0 {
		t.Error("no example is for a textfile collector")
	}
}

func hasTool(name string) bool {
	_, err := exec.LookPath(name)
	return err == nil
}

// The config file of the README is one.
func TestReadmeConfig(t *testing.T) {
	_, text, found := strings.Cut(readme(t), "```toml\n")
	text, _, closed := strings.Cut(text, "```")
	if !found || !closed {
		t.Fatal("there is none")
	}
	file := filepath.Join(t.TempDir(), "config.toml")
	hosttest.WriteFile(t, file, text)
	if out, err := command("--config", file, "--write-config").Output(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}
