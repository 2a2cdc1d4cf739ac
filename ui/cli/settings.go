package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"lockscope/lock"
	"lockscope/scan"
	"lockscope/scan/remote"
	"lockscope/scan/repair"
	"lockscope/scan/report"
	"lockscope/ui/print"
	"lockscope/ui/show"
)

// settings is what the command line and the config file say.
type settings struct {
	config
	file       string // --config
	glob       bool   // --glob
	globs      globs  // what is to be looked at of some of the roots
	once       bool
	output     print.Format // "" unless -o is given
	watch      bool
	listen     address // --listen; empty unless it is given
	check      bool
	states     states
	breakStale bool // --break-stale
	// breakFilter is --filter, with --break-stale. The filter of the config file is what a screen begins with, where it
	// is seen.
	breakFilter string
	dryRun      bool
	yes         bool
	seen        string              // --seen, with --break-stale: where the evidence is to be read
	requests    bool                // --requests: this is the far side of a fleet
	kept        error               // why the program kept capabilities that looking does not need; nil if it did not
	memory      int64               // how many bytes this program may use; 0 if there is no limit
	far         *remote.Config      // the other hosts; nil if there are none
	here        bool                // this host is watched, with others or alone
	heardHere   func(report.Update) // is told what the scan of this host tells, where it is one of several; may be nil
	demo        bool
	doctor      bool   // --doctor
	writeConf   bool   // --write-config
	completion  string // --completion: for which shell
	manual      bool   // --man
	help        string // --help: helpShort or helpAll; empty without it
	version     bool
}

// The values of --help.
const (
	helpShort = "short"
	helpAll   = "all"
)

// text returns the text about the program that is asked for, if one is.
func (s *settings) text() (text string, asked bool, err error) {
	switch {
	case s.help == helpAll:
		return usageAll(), true, nil
	case s.help == helpShort:
		return usage, true, nil
	case s.help != "":
		return "", true, fmt.Errorf("help: %q is not all", s.help)
	case s.version:
		return version(), true, nil
	case s.manual:
		return manual(), true, nil
	case s.completion != "":
		text, err = completionText(s.completion)
		return text, true, err
	}
	return "", false, nil
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

// showsTable reports whether the directories are shown as a table, on the screen or printed.
func (s *settings) showsTable() bool {
	return !s.check && !s.breakStale && !s.doctor && s.listen.text == "" && (s.output == "" || s.output == print.Table)
}

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
	case s.doctor && (s.check || s.once || s.watch || s.breakStale || s.listen.text != "" || len(s.states) > 0):
		return errors.New("--doctor prints what can be seen from here, and nothing of a directory: leave out --once, --check, --watch, --state, --listen and --break-stale")
	case s.doctor && s.output != "" && s.output != print.Table && s.output != print.JSON:
		return errors.New("--doctor prints text for people, or with -o json one document")
	case s.requests && !s.watch:
		return errors.New("--requests goes with --watch")
	case s.seen != "" && (!s.breakStale || s.yes || len(roots) > 0):
		return errors.New("--seen goes with --break-stale, which breaks then what was seen: leave out --yes and the roots")
	case s.demo && len(roots) > 0:
		return errors.New("--demo makes its own directories: leave out the roots")
	}
	return nil
}

// absolute makes the roots absolute, so that every path printed is, and finds the globs among them: those of the
// config file, or with --glob.
func (s *settings) absolute(areGlobs bool) error {
	for i, root := range s.Roots {
		if !filepath.IsAbs(root) {
			here, err := os.Getwd()
			if err != nil {
				return err
			}
			if areGlobs {
				here = escapeGlob(here)
			}
			root = filepath.Join(here, root)
		}
		s.Roots[i] = filepath.Clean(root)
	}
	if !areGlobs {
		return nil
	}
	var err error
	s.Roots, s.globs, err = splitGlobs(s.Roots)
	return err
}

// shownRoots are the roots that all hosts have, as their reports name them; none if each host has its own. The
// root of a glob is the directory before its first wildcard.
func (s *settings) shownRoots() []string {
	if s.far != nil && len(s.globs) == 0 {
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
		Only:          s.globs,
		Names:         s.names(),
		Probe:         s.Probe.Probe,
		Timeout:       s.Timeout.Duration,
		Interval:      s.Interval.Duration,
		MaxDepth:      s.MaxDepth.levels,
		OneFileSystem: s.OneFileSystem,
		Exclude:       s.Exclude,
		Descend:       s.Descend,
		Jobs:          s.Jobs,
		Stream:        stream,
		SummaryOnly:   s.check,
		Memory:        s.memory,
	}
}

// printOptions are for what is printed without a look at where to.
func (s *settings) printOptions() print.Options {
	sort, _ := show.ParseColumn(s.View.Sort) // an error was one of usage
	return print.Options{
		Sort:           sort,
		Reverse:        s.View.Reverse,
		Hidden:         s.hiddenColumns(),
		Filter:         s.View.Filter,
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

// hiddenColumns are those that are not to be shown beside STATE and DIRECTORY.
func (s *settings) hiddenColumns() (hidden show.Columns) {
	for c := show.ColumnDirectory + 1; c < show.ColumnCount; c++ {
		shown := slices.ContainsFunc(s.View.Columns, func(name string) bool { return strings.EqualFold(name, c.String()) })
		if !shown {
			hidden = hidden.Toggle(c)
		}
	}
	return hidden
}

// hostname returns this host's name. It is empty if the kernel does not tell.
func hostname() string {
	name, _ := os.Hostname()
	return name
}
