package cli

import (
	"errors"
	"os"
	"path/filepath"
	"time"

	"lockscope/lock"
	"lockscope/scan"
	"lockscope/scan/remote"
	"lockscope/scan/repair"
	"lockscope/ui/print"
)

// settings is what the command line and the config file say.
type settings struct {
	config
	file       string // --config
	once       bool
	output     print.Format // "" unless -o is given
	watch      bool
	listen     address // --listen; empty unless it is given
	check      bool
	states     states
	breakStale bool // --break-stale
	dryRun     bool
	yes        bool
	seen       string         // --seen, with --break-stale: where the evidence is to be read
	requests   bool           // --requests: this is the far side of a fleet
	far        *remote.Config // the other hosts; nil if there are none
	here       bool           // this host is watched, with others or alone
	demo       bool
	version    bool
}

// printFormat returns the format to print in, or "" if no flag asks for printing.
func (s *settings) printFormat() print.Format {
	switch {
	case s.check:
		return print.Check
	case s.output == "" && s.once:
		return print.Table
	}
	return s.output
}

// watches reports whether the program goes on until it is told to end, without a screen.
func (s *settings) watches() bool { return s.watch || s.listen.text != "" }

// conflicts returns an error if flags contradict each other. roots are those on the command line.
func (s *settings) conflicts(roots []string) error {
	switch {
	case s.check && (s.once || s.output != "" || s.watch):
		return errors.New("--check prints one line of its own: leave out --once, --output and --watch")
	case s.watch && s.output != print.NDJSON:
		return errors.New("--watch needs -o ndjson")
	case s.breakStale && (s.check || s.once || s.watch || len(s.states) > 0 || s.output != "" && s.output != print.NDJSON):
		return errors.New("--break-stale prints a line per stale directory: leave out --once, --check, --watch and --state, and any --output but ndjson")
	case (s.dryRun || s.yes) && !s.breakStale:
		return errors.New("--dry-run and --yes go with --break-stale")
	case s.listen.text != "" && (s.once || s.check || s.watch || s.breakStale || s.output != ""):
		return errors.New("--listen serves metrics, and prints nothing: leave out --once, --output, --check, --watch and --break-stale")
	case s.watch && s.once:
		return errors.New("--once and --watch contradict each other")
	case s.requests && !s.watch:
		return errors.New("--requests goes with --watch")
	case s.seen != "" && (!s.breakStale || s.yes || len(roots) > 0):
		return errors.New("--seen goes with --break-stale, which breaks then what was seen: leave out --yes and the roots")
	case s.demo && len(roots) > 0:
		return errors.New("--demo makes its own directories: leave out the roots")
	}
	return nil
}

// absolute makes the roots absolute, so that every path printed is.
func (s *settings) absolute() error {
	for i, root := range s.Roots {
		abs, err := filepath.Abs(root)
		if err != nil {
			return err
		}
		s.Roots[i] = abs
	}
	return nil
}

// shownRoots are the roots that all hosts have; none if each has its own.
func (s *settings) shownRoots() []string {
	if s.far != nil {
		return s.far.Roots
	}
	return s.Roots
}

// auditLog returns the log that has a record of each attempt to break a lock.
func (s *settings) auditLog() *repair.AuditLog {
	return &repair.AuditLog{Path: s.AuditLog, Host: hostname()}
}

func (s *settings) names() lock.Names {
	return lock.Names{Lock: s.Names.Lock, Pidfile: s.Names.Pidfile}
}

// scanConfig returns the configuration of a scan. For stream see scan.Config.
func (s *settings) scanConfig(stream int) scan.Config {
	host := ""
	if s.far != nil {
		host = hostname()
	}
	return scan.Config{
		Host:          host,
		Roots:         s.Roots,
		Names:         s.names(),
		Probe:         s.Probe.Probe,
		Timeout:       s.Timeout.Duration,
		Interval:      s.Interval.Duration,
		MaxDepth:      s.MaxDepth,
		OneFileSystem: s.OneFileSystem,
		Exclude:       s.Exclude,
		Descend:       s.Descend,
		Jobs:          s.Jobs,
		Stream:        stream,
		SummaryOnly:   s.check,
	}
}

// printOptions are for what is printed without a look at where to.
func (s *settings) printOptions() print.Options {
	return print.Options{
		Host:           hostname(),
		Roots:          s.shownRoots(),
		Started:        time.Now(),
		States:         s.states,
		ASCII:          s.ASCII,
		AllowEmpty:     s.AllowEmpty,
		Version:        buildVersion(),
		ProblemMetrics: s.ProblemMetrics,
	}
}

// hostname returns this host's name. It is empty if the kernel does not tell.
func hostname() string {
	name, _ := os.Hostname()
	return name
}
