package main

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"lockscope/scan/hosttest"
)

// An error of the file system is no verdict, and has a next step.
func TestInjectedError(t *testing.T) {
	needStrace(t)
	root := hosttest.TempDir(t)
	dir := hosttest.MakeStale(t, root+"/data")
	cmd := exec.Command("strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=flock", "-e", "inject=flock:error=EIO",
		"lockscope", "-o", "ndjson", "--probe", "flock", root)
	lines, _ := lockscope(t, cmd)
	if l := lines[dir]; l.State != "unknown" || fmt.Sprint(l.Reasons) != "[io-error]" || l.Next == "" {
		t.Errorf("%+v", l)
	}
}

// A tree that is deep and wide does not run out of descriptors: a walk keeps only so
// many directories open, and opens the others anew.
func TestWalkFewDescriptors(t *testing.T) {
	var paths []string
	for deep, path := 0, ""; deep < 150; deep++ {
		for i := range 10 {
			paths = append(paths, fmt.Sprintf("%s%d", path, i))
		}
		path += "deep/"
	}
	root := hosttest.Tree(t, paths...)
	lines, _ := lockscope(t, exec.Command("sh", "-c", `ulimit -n 60; exec "$@"`, "sh", "lockscope", "-o", "ndjson", root))
	for path, l := range lines {
		if l.Type == "error" {
			t.Fatalf("%s: %s", strings.TrimPrefix(path, root), l.Error)
		}
	}
	for _, path := range paths {
		if l := lines[filepath.Join(root, path)]; l.State != "free" {
			t.Fatalf("%s: %+v", path, l)
		}
	}
}
