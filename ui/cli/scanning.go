package cli

import (
	"context"
	"fmt"
	"os"

	"lockscope/scan/remote"
	"lockscope/scan/report"
	"lockscope/ui"
	"lockscope/ui/print"
)

// scanning is a scan without a screen. It writes to stderr what cannot be read, as soon as that is known.
// Where stderr is a terminal, it also shows the progress there.
type scanning struct {
	source   source
	fleet    *remote.Fleet // the source, where it is one
	watch    bool
	stderr   *ui.Output
	progress *print.Progress // nil where stderr is no terminal, and once there are results

	errors     errorList
	rootFailed bool // a root could not be scanned, or a host not be reached
}

// newScanning returns a scan by the settings, which does not run yet. For stream see scan.Config. The error is
// one of usage.
func newScanning(s *settings, stream int, stderr *ui.Output) (*scanning, error) {
	source, fleet, err := s.newSource(stream)
	if err != nil {
		return nil, err
	}
	sc := &scanning{source: source, fleet: fleet, watch: s.watches(), stderr: stderr}
	if isTerminal(stderr) && os.Getenv("TERM") != "dumb" {
		sc.progress = print.NewProgress(stderr)
	}
	return sc, nil
}

// names are those of the hosts; none where this one alone is scanned.
func (sc *scanning) names() []string {
	if sc.fleet == nil {
		return nil
	}
	return sc.fleet.Names()
}

// reportErrors writes those errors of an update that were not written before, and which hosts were lost. It
// returns the update with these errors alone.
func (sc *scanning) reportErrors(u report.Update) report.Update {
	u.Errors = sc.errors.unreported(u)
	if len(u.Errors)+len(u.Changes) > 0 { // there may be something to write
		sc.clearProgress()
	}
	for _, e := range u.Errors {
		printError(sc.stderr, withPath(e))
		sc.rootFailed = sc.rootFailed || e.Root
	}
	for _, c := range u.Changes {
		if c.Report.IsHost() {
			summary, next := c.Report.Explain()
			fmt.Fprintf(sc.stderr, "lockscope: %s\n", summary)
			if why := c.Report.Verdict.Reasons; why.Has(report.LockscopeMissing) || why.Has(report.LockscopeVersion) {
				fmt.Fprintf(sc.stderr, "  %s\n", next) // the others are tried again, but not by a one-off run
			}
			sc.rootFailed = true
		}
	}
	return u
}

// showProgress shows how far the scan has come. It is called when the output of an update is written.
func (sc *scanning) showProgress(now report.Progress) {
	if sc.progress != nil && now.Walking {
		sc.progress.Show(now)
	}
}

// clearProgress takes the progress off the terminal, so that something else can be written.
func (sc *scanning) clearProgress() {
	if sc.progress != nil {
		sc.progress.Clear()
	}
}

// endProgress takes the progress off the terminal for good: now come the results.
func (sc *scanning) endProgress() {
	sc.clearProgress()
	sc.progress = nil
}

// status returns the exit status of a scan that ended with err, which may be nil. It writes the error, if
// there is one.
func (sc *scanning) status(ctx context.Context, err error) int {
	sig, stopped := stoppedBy(ctx)
	switch {
	case stopped && !sc.watch: // a watch ends in no other way
		printError(sc.stderr, sig)
		return sig.status()
	case !stopped && err != nil:
		printError(sc.stderr, err)
		return exitIncomplete
	case sc.rootFailed:
		return exitIncomplete
	}
	return exitOK
}
