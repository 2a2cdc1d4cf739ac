package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"lockscope/scan/hosttest"
)

// releaseDir is where contrib/release has put a release for this test, of this machine's architecture at least.
const releaseDir = "LOCKSCOPE_RELEASE"

// released is the path of a file of the release, such as of "deb".
func released(t *testing.T, ext string) string {
	t.Helper()
	dir := os.Getenv(releaseDir)
	if dir == "" {
		t.Skip("needs a release, in $", releaseDir)
	}
	found, err := filepath.Glob(filepath.Join(dir, "lockscope-*-linux-"+runtime.GOARCH+"."+ext))
	if err != nil || len(found) != 1 {
		t.Fatalf("%v: %v", found, err)
	}
	return found[0]
}

func output(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %v: %v: %s", name, args, err, out)
	}
	return string(out)
}

// Whoever installs the .deb has the program, its manual, completions and unit where the system looks for them, and a
// config file that an upgrade leaves alone.
func TestReleaseDeb(t *testing.T) {
	deb := released(t, "deb")
	hosttest.NeedTool(t, "dpkg-deb")
	root := t.TempDir()
	hosttest.Run(t, "dpkg-deb", "--extract", deb, root)
	hosttest.Run(t, "dpkg-deb", "--control", deb, root+"/control")
	for _, path := range []string{
		"usr/share/bash-completion/completions/lockscope", "usr/share/zsh/vendor-completions/_lockscope",
		"usr/share/fish/vendor_completions.d/lockscope.fish", "usr/share/doc/lockscope/copyright", "usr/share/doc/lockscope/alerts.yml",
	} {
		if info, err := os.Stat(filepath.Join(root, path)); err != nil || info.Size() == 0 || info.Mode().Perm() != 0o644 {
			t.Errorf("%s: %v", path, err)
		}
	}
	if got := output(t, "cat", root+"/control/conffiles"); got != "/etc/lockscope/config.toml\n" {
		t.Errorf("config files: %q", got)
	}
	program := root + "/usr/bin/lockscope"
	version := strings.Fields(output(t, program, "--version"))
	if len(version) < 3 || !strings.Contains(deb, strings.TrimPrefix(version[1], "v")) {
		t.Errorf("version %v of %s", version, deb)
	}
	source, err := os.Getwd()
	text, err2 := os.ReadFile(program)
	if err := errors.Join(err, err2); err != nil || bytes.Contains(text, []byte(source)) {
		t.Errorf("it has the path of its source in it: %v", err)
	}
	if _, err := exec.LookPath("man"); err == nil {
		if text := output(t, "man", "-l", root+"/usr/share/man/man1/lockscope.1.gz"); !strings.Contains(text, "--break-stale") {
			t.Errorf("the manual: %s", text)
		}
	}
	// The config file is one, and the unit names the program of the package.
	output(t, program, "--config", root+"/etc/lockscope/config.toml", "--write-config")
	unit := output(t, "cat", root+"/usr/lib/systemd/system/lockscope.service")
	if !strings.Contains(unit, "ExecStart=/usr/bin/lockscope ") || strings.Contains(unit, "/usr/local") {
		t.Errorf("the unit: %s", unit)
	}
	for _, script := range []string{"postinst", "prerm"} {
		text := output(t, "cat", root+"/control/"+script)
		for _, does := range []string{"enable lockscope", "enable --now", " start "} {
			if strings.Contains(text, does) {
				t.Errorf("%s has a surprise: %s", script, text)
			}
		}
		hosttest.Run(t, "sh", "-n", root+"/control/"+script)
	}
}

func TestReleaseRPM(t *testing.T) {
	rpm := released(t, "rpm")
	hosttest.NeedTool(t, "rpm")
	files := strings.Fields(output(t, "rpm", "-qlp", rpm))
	for _, path := range []string{
		"/usr/bin/lockscope", "/usr/lib/systemd/system/lockscope.service", "/usr/share/man/man1/lockscope.1.gz",
		"/usr/share/bash-completion/completions/lockscope", "/usr/share/zsh/site-functions/_lockscope",
		"/usr/share/fish/vendor_completions.d/lockscope.fish", "/usr/share/licenses/lockscope/LICENSES",
	} {
		if !slices.Contains(files, path) {
			t.Errorf("%s is not in it", path)
		}
	}
	if got := output(t, "rpm", "-qp", "--configfiles", rpm); got != "/etc/lockscope/config.toml\n" {
		t.Errorf("config files: %q", got)
	}
}

// The sums are right, and the bill of materials has every module that the program was linked with.
func TestReleaseSums(t *testing.T) {
	tarball, bill := released(t, "tar.gz"), released(t, "cdx.json")
	sums := exec.Command("sha256sum", "--strict", "--check", "SHA256SUMS")
	sums.Dir = filepath.Dir(tarball)
	if out, err := sums.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
	text, err := os.ReadFile(bill)
	if err != nil {
		t.Fatal(err)
	}
	var bom struct {
		Components []struct{ Name, Version string }
	}
	if err := json.Unmarshal(text, &bom); err != nil {
		t.Fatal(err)
	}
	listed := map[string]string{}
	for _, c := range bom.Components {
		listed[c.Name] = c.Version
	}
	dir := t.TempDir()
	hosttest.Run(t, "tar", "-C", dir, "--strip-components=1", "-xf", tarball)
	linked := 0
	for line := range strings.Lines(output(t, "go", "version", "-m", dir+"/lockscope")) {
		if words := strings.Fields(line); len(words) >= 3 && words[0] == "dep" {
			linked++
			if listed[words[1]] != words[2] {
				t.Errorf("%s %s is listed as %q", words[1], words[2], listed[words[1]])
			}
		}
	}
	if linked < 10 || listed["std"] == "" {
		t.Errorf("%d modules are linked, and the standard library is %q", linked, listed["std"])
	}
}
