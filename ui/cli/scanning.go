package cli

import (
	"context"
	"os"

	"lockscope/scan"
	"lockscope/scan/report"
	"lockscope/ui"
	"lockscope/ui/print"
)

// scanning is a scan without a screen. What cannot be read is told on stderr as it is met and, where
// that is a terminal, how far the scan has come.
type scanning struct {
	monitor  *scan.Monitor
	watch    bool
	stderr   *ui.Output
	progress *print.Progress // nil where nobody would see it, and once there are results

	errors     errorList
	rootFailed bool // a root could not be scanned
}

// newScanning is for a scan by the settings: see scan.Config for stream.
func newScanning(s *settings, stream int, stderr *ui.Output) *scanning {
	sc := &scanning{monitor: scan.New(s.scanConfig(stream)), watch: s.watch, stderr: stderr}
	if isTerminal(stderr) && os.Getenv("TERM") != "dumb" {
		sc.progress = print.NewProgress(stderr)
	}
	return sc
}

// tell tells of an update's errors, those that were not told before, and returns the update with them alone.
func (sc *scanning) tell(u report.Update) report.Update {
	u.Errors = sc.errors.news(u)
	if len(u.Errors)+len(u.Changes) > 0 { // there may be something to write
		sc.clear()
	}
	for _, e := range u.Errors {
		complain(sc.stderr, located(e))
		sc.rootFailed = sc.rootFailed || e.Root
	}
	return u
}

// show shows how far the scan has come, after what an update had to be written for.
func (sc *scanning) show(now report.Progress) {
	if sc.progress != nil && now.Walking {
		sc.progress.Show(now)
	}
}

func (sc *scanning) clear() {
	if sc.progress != nil {
		sc.progress.Clear()
	}
}

// end ends the showing of progress: results come.
func (sc *scanning) end() {
	sc.clear()
	sc.progress = nil
}

// status is the exit status of a scan that ended with an error or nil.
func (sc *scanning) status(ctx context.Context, err error) int {
	sig, stopped := stoppedBy(ctx)
	switch {
	case stopped && !sc.watch: // which has no other end
		complain(sc.stderr, sig)
		return sig.status()
	case !stopped && err != nil:
		complain(sc.stderr, err)
		return exitIncomplete
	case sc.rootFailed:
		return exitIncomplete
	}
	return exitOK
}
