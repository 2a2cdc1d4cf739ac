package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"

	"github.com/rogpeppe/go-internal/testscript"

	"lockscope/lock"
)

// scriptCommands are commands of the scripts besides testscript's own.
var scriptCommands = map[string]func(ts *testscript.TestScript, neg bool, args []string){
	"status": status,
	"hold":   hold,
	"data":   data,
}

// status N COMMAND [ARG...] runs the command and fails unless its exit status
// is N. stdout and stderr can be matched after it.
func status(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status N COMMAND [ARG...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		got = exit.ExitCode()
	case err != nil:
		ts.Fatalf("%v", err)
	}
	if got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
}

// hold DIR takes the lock of a data directory, as a daemon does, until the script ends.
func hold(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: hold DIR")
	}
	l, err := lock.Acquire(ts.MkAbs(args[0]))
	ts.Check(err)
	ts.Defer(func() { l.Release() })
}

// data DIR [PIDFILE] makes a data directory that nobody holds. Both arguments
// may have the escapes of Go strings; PIDFILE is the text of the pidfile.
func data(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 || len(args) > 2 {
		ts.Fatalf("usage: data DIR [PIDFILE]")
	}
	for i, arg := range args {
		text, err := strconv.Unquote(`"` + arg + `"`)
		ts.Check(err)
		args[i] = text
	}
	dir := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(dir, 0o755))
	ts.Check(os.WriteFile(filepath.Join(dir, lock.DefaultNames.Lock), nil, 0o644))
	if len(args) == 2 {
		ts.Check(os.WriteFile(filepath.Join(dir, lock.DefaultNames.Pidfile), []byte(args[1]), 0o644))
	}
}
