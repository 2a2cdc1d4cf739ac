package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"
)

// errVersion is what parse returns for --version, as it returns pflag.ErrHelp for --help.
var errVersion = errors.New("version requested")

// parse reads the command line, and the config file that it names, or else the default one. Every error
// but pflag.ErrHelp and errVersion is one of usage.
func parse(args []string) (*settings, error) {
	s := &settings{config: defaultConfig()}
	flags := newFlags(s)
	if err := flags.Parse(args); err != nil {
		return nil, flagError(flags, err)
	}
	if s.version {
		return nil, errVersion
	}
	file, named := s.file, flags.Changed("config")
	if !named && !s.demo { // the settings for this host, such as exclude, might hide the sandbox
		file = findConfig()
	}
	if file != "" || named {
		// The flags override the file, so they are parsed again after it.
		s = &settings{config: defaultConfig()}
		if err := loadConfig(file, &s.config); err != nil {
			return nil, err
		}
		flags = newFlags(s)
		if err := flags.Parse(args); err != nil {
			return nil, flagError(flags, err)
		}
	}
	if err := s.conflicts(flags.Args()); err != nil {
		return nil, err
	}
	if flags.Changed("allow-empty") && !s.check { // in the config file it may stand for every check
		return nil, errors.New("--allow-empty goes with --check")
	}
	if flags.NArg() > 0 {
		s.Roots = flags.Args()
	}
	if err := s.findHosts(flags.Changed("host"), flags.Changed("hosts-file")); err != nil {
		return nil, err
	}
	if s.far != nil {
		s.far.Roots, s.far.Flags = slices.Clone(s.Roots), forwarded(args)
		s.far.Interval = notTold
		if flags.Changed("interval") {
			s.far.Interval = s.Interval.Duration
		}
	}
	if len(s.Roots) == 0 {
		s.Roots = []string{"."}
	}
	if err := s.validate(); err != nil {
		return nil, err
	}
	if s.listen.text != "" && s.Interval.Duration == 0 {
		return nil, errors.New("--listen watches: an interval of 0 is only for the screen")
	}
	return s, s.absolute()
}

// newFlags binds the flags to s. The values in s are the defaults.
func newFlags(s *settings) *pflag.FlagSet {
	f := pflag.NewFlagSet("lockscope", pflag.ContinueOnError)
	f.Usage = func() {} // Run prints our own text instead
	f.StringVar(&s.file, "config", "", "")
	f.BoolVar(&s.once, "once", false, "")
	f.VarP(textFlag{format{&s.output}}, "output", "o", "")
	f.BoolVarP(&s.watch, "watch", "w", false, "")
	f.Var(textFlag{&s.listen}, "listen", "")
	f.IntVar(&s.ProblemMetrics, "problem-metrics", s.ProblemMetrics, "")
	f.BoolVar(&s.check, "check", false, "")
	f.VarP(textFlag{&s.states}, "state", "s", "")
	f.VarP(textFlag{&s.Interval}, "interval", "i", "")
	f.Var(textFlag{&s.Probe}, "probe", "")
	f.Var(textFlag{&s.Timeout}, "timeout", "")
	f.IntVarP(&s.MaxDepth, "max-depth", "d", s.MaxDepth, "")
	f.BoolVarP(&s.OneFileSystem, "one-file-system", "x", s.OneFileSystem, "")
	f.StringArrayVarP(&s.Exclude, "exclude", "e", s.Exclude, "")
	f.BoolVar(&s.Descend, "descend", s.Descend, "")
	f.IntVarP(&s.Jobs, "jobs", "j", s.Jobs, "")
	f.StringVar(&s.Names.Lock, "lock-name", s.Names.Lock, "")
	f.StringVar(&s.Names.Pidfile, "pid-name", s.Names.Pidfile, "")
	f.BoolVar(&s.breakStale, "break-stale", false, "")
	f.BoolVar(&s.dryRun, "dry-run", false, "")
	f.BoolVar(&s.yes, "yes", false, "")
	f.BoolVar(&s.ReadOnly, "read-only", s.ReadOnly, "")
	f.StringVar(&s.AuditLog, "audit-log", s.AuditLog, "")
	f.BoolVar(&s.AllowEmpty, "allow-empty", s.AllowEmpty, "")
	f.Var(textFlag{&s.Color}, "color", "")
	f.BoolVar(&s.ASCII, "ascii", s.ASCII, "")
	f.StringArrayVar(&s.Hosts, "host", s.Hosts, "")
	f.StringVar(&s.HostsFile, "hosts-file", s.HostsFile, "")
	f.BoolVar(&s.Push, "push", s.Push, "")
	f.IntVar(&s.SSHJobs, "ssh-jobs", s.SSHJobs, "")
	f.StringVar(&s.SSHCommand, "ssh-command", s.SSHCommand, "")
	f.StringVar(&s.RemoteCommand, "remote-command", s.RemoteCommand, "")
	f.BoolVar(&s.requests, "requests", false, "") // for the far side of a fleet
	f.StringVar(&s.seen, "seen", "", "")          // the same
	f.BoolVar(&s.demo, "demo", false, "")
	f.BoolVar(&s.version, "version", false, "")
	return f
}

// flagError adds the valid flags to the error of an unknown one.
func flagError(f *pflag.FlagSet, err error) error {
	var unknown *pflag.NotExistError
	if errors.As(err, &unknown) {
		var valid []string
		f.VisitAll(func(f *pflag.Flag) { valid = append(valid, "--"+f.Name) })
		return fmt.Errorf("%w (valid: %s, --help)", err, strings.Join(valid, ", "))
	}
	return err
}
