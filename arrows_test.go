package main

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"lockscope/scan/hosttest"
)

// may says which packages of this module each one may import, and which modules of others. Arrows lead
// from the screen over the scan to the lock, and never back. The lock is linked by daemons, and so
// needs nothing but the standard library.
var may = map[string][]string{
	"lockscope":               {"lock/locktest", "ui/cli"},
	"lockscope/lock":          {"lock/eintr", "lock/proc"},
	"lockscope/lock/eintr":    {},
	"lockscope/lock/proc":     {"lock/eintr"},
	"lockscope/lock/locktest": {"lock", "lock/proc"},

	"lockscope/scan/report":  {"lock", "lock/proc"},
	"lockscope/scan/pool":    {},
	"lockscope/scan/find":    {"lock", "lock/eintr", "lock/proc", "scan/pool", "scan/report"},
	"lockscope/scan/observe": {"lock", "lock/proc", "scan/pool", "scan/report"},
	"lockscope/scan/repair":  {"lock", "lock/proc", "scan/observe", "scan/pool", "scan/report"},
	"lockscope/scan/notify":  {"lock/eintr", "lock/proc"},
	"lockscope/scan/remote":  {"lock", "scan/repair", "scan/report"},
	"lockscope/scan/doctor": {
		"lock", "lock/proc", "scan", "scan/notify", "scan/observe", "scan/pool", "scan/repair", "scan/report",
	},
	"lockscope/scan": {
		"lock", "lock/proc", "scan/find", "scan/notify", "scan/observe", "scan/pool", "scan/report",
	},

	"lockscope/chaos": {},

	"lockscope/ui/show": {"lock", "scan/report", "github.com/charmbracelet/x"},
	"lockscope/ui/list": {"lock", "scan/report", "ui/show"},
	"lockscope/ui/print": {
		"lock", "scan/doctor", "scan/report", "ui/list", "ui/show", "github.com/charmbracelet/x", "github.com/prometheus",
	},
	"lockscope/ui": {
		"lock", "lock/proc", "scan", "scan/report", "scan/repair", "ui/list", "ui/print", "ui/show", "charm.land", "github.com/charmbracelet",
	},
	"lockscope/ui/cli": {
		"lock", "lock/locktest", "lock/proc", "scan", "scan/doctor", "scan/observe", "scan/pool", "scan/remote", "scan/repair", "scan/report", "ui", "ui/list", "ui/print", "ui/show",
		"github.com/spf13/pflag", "github.com/pelletier/go-toml", "github.com/charmbracelet/x", "github.com/KimMachineGun/automemlimit",
	},
}

// forTests are packages that only tests import.
var forTests = []string{"lockscope/scan/hosttest", "lockscope/scan/report/reporttest", "lockscope/ui/golden"}

// Each package imports what it may, and nothing else.
func TestArrows(t *testing.T) {
	hosttest.NeedTool(t, "go")
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}}{{range .Imports}} {{.}}{{end}}`, "./...").Output()
	if err != nil {
		t.Skip("needs the source: ", err)
	}
	for line := range strings.Lines(string(out)) {
		words := strings.Fields(line)
		of, imports := words[0], words[1:]
		allowed, known := may[of]
		if !known && !slices.Contains(forTests, of) {
			t.Errorf("nobody has said what %s may import", of)
		}
		for _, path := range imports {
			switch {
			case slices.Contains(forTests, path):
				t.Errorf("%s imports %s, which is for tests", of, path)
			case !known || isStandard(path) || path == "golang.org/x/sys/unix":
			case !slices.ContainsFunc(allowed, func(a string) bool { return isWithin(path, a) }):
				t.Errorf("%s may not import %s", of, path)
			}
		}
	}
}

func isStandard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".") && first != "lockscope"
}

// isWithin reports whether a path is the allowed one: exactly where it is of this module, or below it.
func isWithin(path, allowed string) bool {
	if strings.HasPrefix(path, "lockscope/") {
		return path == "lockscope/"+allowed
	}
	return path == allowed || strings.HasPrefix(path, allowed+"/")
}

// What is pure asks the system nothing: it imports no package by which it could.
func TestPure(t *testing.T) {
	hosttest.NeedTool(t, "go")
	for _, of := range []string{"./scan/report", "./ui/show", "./ui/list"} {
		out, err := exec.Command("go", "list", "-f", `{{range .Imports}}{{.}} {{end}}`, of).Output()
		if err != nil {
			t.Skip("needs the source: ", err)
		}
		for _, path := range strings.Fields(string(out)) {
			if slices.Contains([]string{"os", "os/exec", "os/user", "net", "syscall", "path/filepath"}, path) {
				t.Errorf("%s imports %s", of, path)
			}
		}
	}
}
