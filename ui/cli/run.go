package cli

import (
	"os"
	"runtime/debug"

	"lockscope/scan"
	"lockscope/ui"
	"lockscope/ui/print"
)

// Run is the whole program. args are the arguments without the program's name. It returns the exit status.
// Call it only once: it changes how the process handles signals and collects garbage, and which capabilities it
// has, and leaves it so.
func Run(args []string, stdin, outFile, errFile *os.File) int {
	ctx, stop := untilSignal()
	defer stop()
	stdout, stderr := ui.NewOutput(ctx, outFile), ui.NewOutput(ctx, errFile)
	stderr.ASCII = !utf8Locale()

	s, err := await(ctx, func() (*settings, error) { return parse(args) })
	if err != nil {
		return notBegun(stderr, err)
	}
	if text, asked, _ := s.text(); asked {
		return printText(stdout, stderr, text)
	}
	if s.writeConf {
		text, err := s.written()
		if err != nil {
			printError(stderr, err)
			return exitIncomplete
		}
		if err := s.refusedWhere(outFile); err != nil {
			printError(stderr, err)
		}
		return printText(stdout, stderr, text)
	}
	stderr.ASCII = s.ASCII
	stdout.ASCII = s.ASCII && (s.output == "" || s.output == print.Table) // the others are UTF-8 everywhere
	format := s.printFormat()
	if format == "" && !isTerminal(stdout) {
		format = print.Table
	}
	onScreen := format == "" && !s.breakStale && !s.doctor && s.listen.text == ""
	if s.demo {
		end, err := openSandbox(s, onScreen || s.watches())
		if err != nil {
			printError(stderr, err)
			return exitIncomplete
		}
		defer func() {
			if err := end(); err != nil {
				printError(stderr, err)
			}
		}()
	}
	if err := s.breakAllowed(stdin, errFile); err != nil {
		printError(stderr, err)
		return exitUsage
	}
	if s.Jobs == 0 {
		s.Jobs = scan.DefaultJobs()
	}
	s.memory = limitMemory()
	// The first walk needs more memory than what is kept of it.
	go adjustGOMAXPROCS(s.Jobs, debug.FreeOSMemory)
	if onScreen || s.watches() {
		collectGarbage(growthWatching)
	} else {
		collectGarbage(growthOnce)
	}
	if s.listen.text == "" { // it has a port to bind first
		s.kept = s.giveUpPrivileges(onScreen)
	}
	switch {
	case s.seen != "":
		return breakSeen(ctx, s, stdin, stdout, stderr)
	case s.doctor:
		return runDoctor(ctx, s, stdout, stderr)
	case s.breakStale:
		return runBreak(ctx, s, stdin, stdout, stderr)
	case s.listen.text != "":
		return runListen(ctx, s, stderr)
	case onScreen:
		return runScreen(ctx, s, stdin, stdout, stderr)
	}
	return printScan(ctx, s, format, stdin, stdout, stderr)
}
