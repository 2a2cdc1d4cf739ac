package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"lockscope/lock/locktest"
	"lockscope/scan/hosttest"
)

func TestMain(m *testing.M) {
	locktest.Main() // the demo's processes are this test binary
	if filepath.Base(os.Args[0]) != commandName {
		hosttest.HearSignals()
	}
	testscript.Main(m, map[string]func(){commandName: main})
}

// TestScripts runs the command as users do: a process of its own, whose output
// is no terminal.
func TestScripts(t *testing.T) {
	hosttest.Beside(t)
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			// No config file of the one who runs the tests may change them, and no busy machine.
			env.Setenv("XDG_CONFIG_HOME", env.WorkDir+"/.config")
			env.Setenv("bidi", "--a\u202eb")
			dir := env.WorkDir + "/.config/lockscope"
			if err := os.MkdirAll(dir, 0o755); err != nil {
				return err
			}
			return os.WriteFile(dir+"/config.toml", []byte("timeout = \"1m\"\n"), 0o644)
		},
		Cmds: scriptCommands,
	})
}
