package cli

import (
	"errors"
	"os"

	"github.com/spf13/pflag"

	"lockscope/scan"
	"lockscope/ui"
	"lockscope/ui/print"
)

// Run is the whole program: args are its arguments without its name. It returns the exit status.
// It may be called once, for it takes over the signals of the process and leaves its mark on the
// garbage collector.
func Run(args []string, stdin, outFile, errFile *os.File) int {
	ctx, stop := untilSignal()
	defer stop()
	stdout, stderr := ui.NewOutput(ctx, outFile), ui.NewOutput(ctx, errFile)
	stderr.ASCII = !utf8Locale()

	s, err := parse(args)
	switch {
	case errors.Is(err, pflag.ErrHelp):
		return tell(stdout, stderr, usage)
	case errors.Is(err, errVersion):
		return tell(stdout, stderr, version())
	case err != nil:
		complain(stderr, err)
		return exitUsage
	}
	stderr.ASCII = s.ASCII
	stdout.ASCII = s.ASCII && s.output != print.JSON && s.output != print.NDJSON // which are UTF-8 everywhere
	format := s.printing()
	if format == "" && !isTerminal(stdout) {
		format = print.Table
	}
	onScreen := format == "" && !s.stale
	if s.demo {
		end, err := openSandbox(s, onScreen || s.watch)
		if err != nil {
			complain(stderr, err)
			return exitIncomplete
		}
		defer func() {
			if err := end(); err != nil {
				complain(stderr, err)
			}
		}()
	}
	if err := s.mayBreak(stdin, errFile); err != nil {
		complain(stderr, err)
		return exitUsage
	}
	if s.Jobs == 0 {
		s.Jobs = scan.DefaultJobs()
	}
	go widen(s.Jobs)
	switch {
	case s.stale:
		return breakStale(ctx, s, stdin, stdout, stderr)
	case onScreen:
		return screen(ctx, s, stdout, stderr)
	}
	return newPrinting(s, format, stdout, stderr).run(ctx)
}
