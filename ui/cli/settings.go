package cli

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"lockscope/lock"
	"lockscope/scan"
	"lockscope/scan/repair"
	"lockscope/ui/print"
)

// config is what the config file can set. Flags of the same names override it.
type config struct {
	Roots         []string `toml:"roots"`
	Exclude       []string `toml:"exclude"`
	Interval      duration `toml:"interval"`
	Probe         probe    `toml:"probe"`
	Timeout       duration `toml:"timeout"`
	MaxDepth      int      `toml:"max_depth"`
	OneFileSystem bool     `toml:"one_file_system"`
	Descend       bool     `toml:"descend"`
	Jobs          int      `toml:"jobs"` // 0 = as many as suit the machine
	Names         struct {
		Lock    string `toml:"lock"`
		Pidfile string `toml:"pidfile"`
	} `toml:"names"`
	ReadOnly   bool   `toml:"read_only"`
	AuditLog   string `toml:"audit_log"`
	AllowEmpty bool   `toml:"allow_empty"`
	Color      color  `toml:"color"`
	ASCII      bool   `toml:"ascii"`
}

func defaultConfig() config {
	c := config{
		Interval: duration{2 * time.Second},
		Timeout:  duration{5 * time.Second},
		MaxDepth: math.MaxInt,
		Color:    color{"auto"},
		ASCII:    !utf8Locale(),
	}
	c.Names.Lock, c.Names.Pidfile = lock.DefaultNames.Lock, lock.DefaultNames.Pidfile
	return c
}

// validate finds what no single value shows to be wrong. The messages name keys as flags.
func (c *config) validate() error {
	switch {
	case slices.Contains(c.Roots, ""):
		return errors.New("a root is empty")
	case c.Interval.Duration < 0:
		return fmt.Errorf("interval: %v is negative (0 means only on request)", c.Interval)
	case c.Timeout.Duration <= 0:
		return fmt.Errorf("timeout: %v is not above 0", c.Timeout)
	case c.MaxDepth < 0:
		return fmt.Errorf("max-depth: %d is negative (0 means the roots alone)", c.MaxDepth)
	case c.Jobs < 0:
		return fmt.Errorf("jobs: %d is negative (0 means as many as suit the machine)", c.Jobs)
	case c.Names.Lock == c.Names.Pidfile:
		return fmt.Errorf("lock-name and pid-name are both %q", c.Names.Lock)
	}
	for _, name := range []string{c.Names.Lock, c.Names.Pidfile} {
		if name == "" || name == "." || name == ".." || strings.ContainsAny(name, "/\x00") {
			return fmt.Errorf("lock-name, pid-name: %q is not the name of a file", name)
		}
	}
	for _, glob := range c.Exclude {
		if _, err := path.Match(glob, ""); err != nil {
			return fmt.Errorf("exclude: %q is not a glob: %w", glob, err)
		}
	}
	return nil
}

// settings are everything that the command line and the config file say.
type settings struct {
	config
	file    string // --config
	once    bool
	output  print.Format // "" unless -o is given
	watch   bool
	check   bool
	states  states
	stale   bool // --break-stale
	dryRun  bool
	yes     bool
	demo    bool
	version bool
}

// printing is the format to print in, or "" if nothing asks for printing.
func (s *settings) printing() print.Format {
	switch {
	case s.check:
		return print.Check
	case s.output == "" && s.once:
		return print.Table
	}
	return s.output
}

// conflicts finds flags that contradict each other: none is passed over in silence.
func (s *settings) conflicts(roots []string) error {
	switch {
	case s.check && (s.once || s.output != "" || s.watch):
		return errors.New("--check prints one line of its own: leave out --once, --output and --watch")
	case s.watch && s.output != print.NDJSON:
		return errors.New("--watch needs -o ndjson")
	case s.stale && (s.check || s.once || s.watch || len(s.states) > 0 || s.output != "" && s.output != print.NDJSON):
		return errors.New("--break-stale prints a line per stale directory: leave out --once, --check, --watch and --state, and any --output but ndjson")
	case (s.dryRun || s.yes) && !s.stale:
		return errors.New("--dry-run and --yes go with --break-stale")
	case s.watch && s.once:
		return errors.New("--once and --watch contradict each other")
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

// auditLog is where attempts to break a lock are put on record.
func (s *settings) auditLog() *repair.AuditLog {
	return &repair.AuditLog{Path: s.AuditLog, Host: hostname()}
}

func (s *settings) names() lock.Names {
	return lock.Names{Lock: s.Names.Lock, Pidfile: s.Names.Pidfile}
}

// scanConfig is the configuration of a scan: see scan.Config for stream.
func (s *settings) scanConfig(stream int) scan.Config {
	return scan.Config{
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

// hostname is this host's name; empty if even the kernel does not know it.
func hostname() string {
	name, _ := os.Hostname()
	return name
}
