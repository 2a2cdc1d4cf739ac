package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"github.com/spf13/pflag"
)

// parse reads the command line, and the config file that it names, or else the default one. Where a text about
// the program is asked for, the settings have that alone: see settings.text. Every error is one of usage.
func parse(args []string) (*settings, error) {
	s := &settings{config: defaultConfig()}
	flags := newFlags(s)
	if err := flags.Parse(args); err != nil {
		return nil, flagError(flags, err)
	}
	if _, asked, err := s.text(); asked {
		return s, err
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
	if name := changed(flags, "sort", "columns"); name != "" && !s.showsTable() {
		return nil, fmt.Errorf("--%s is for the table and the screen", name)
	}
	if flags.Changed("filter") {
		switch {
		case s.breakStale && s.seen == "":
			s.breakFilter = s.View.Filter
		case !s.showsTable():
			return nil, errors.New("--filter is for the table, the screen and --break-stale")
		}
	}
	areGlobs := s.glob || len(s.Roots) > 0 && flags.NArg() == 0 // those of the config file are
	if flags.NArg() > 0 {
		s.Roots = flags.Args()
	}
	if err := s.findHosts(flags.Changed("host"), flags.Changed("hosts-file")); err != nil {
		return nil, err
	}
	if name := commandLike(flags); name != "" && s.far == nil {
		return nil, fmt.Errorf("%s: no such directory; did you mean --%s?", name, name)
	}
	if s.far != nil {
		s.far.Roots, s.far.Flags = slices.Clone(s.Roots), forwarded(args)
		s.far.Interval = notTold
		if areGlobs && slices.ContainsFunc(s.Roots, isGlob) {
			s.far.Flags = append(s.far.Flags, "--glob")
		}
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
	return s, s.absolute(areGlobs)
}

// newFlags binds the flags to s. The values in s are the defaults.
func newFlags(s *settings) *pflag.FlagSet {
	f := pflag.NewFlagSet("lockscope", pflag.ContinueOnError)
	f.Usage = func() {} // Run prints our own text instead
	f.StringVar(&s.file, "config", "", "")
	f.BoolVar(&s.glob, "glob", false, "")
	f.BoolVar(&s.once, "once", false, "")
	f.VarP(textFlag{format{&s.output}}, "output", "o", "")
	f.BoolVarP(&s.watch, "watch", "w", false, "")
	f.Var(textFlag{&s.listen}, "listen", "")
	f.IntVar(&s.ProblemMetrics, "problem-metrics", s.ProblemMetrics, "")
	f.BoolVar(&s.check, "check", false, "")
	f.VarP(textFlag{&s.states}, "state", "s", "")
	f.StringVar(&s.View.Filter, "filter", s.View.Filter, "")
	f.Var(textFlag{sortFlag{&s.config}}, "sort", "")
	f.StringSliceVar(&s.View.Columns, "columns", s.View.Columns, "")
	f.VarP(textFlag{&s.Interval}, "interval", "i", "")
	f.Var(textFlag{&s.Probe}, "probe", "")
	f.Var(textFlag{&s.Timeout}, "timeout", "")
	f.VarP(textFlag{&s.MaxDepth}, "max-depth", "d", "")
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
	// For the far side of a fleet, which nobody types.
	f.BoolVar(&s.requests, "requests", false, "")
	f.StringVar(&s.seen, "seen", "", "")
	f.Lookup("requests").Hidden, f.Lookup("seen").Hidden = true, true
	f.BoolVar(&s.demo, "demo", false, "")
	f.BoolVar(&s.doctor, "doctor", false, "")
	f.BoolVar(&s.version, "version", false, "")
	f.BoolVar(&s.writeConf, "write-config", false, "")
	f.StringVar(&s.completion, "completion", "", "")
	f.BoolVar(&s.manual, "man", false, "")
	f.StringVarP(&s.help, "help", "h", "", "")
	f.Lookup("help").NoOptDefVal = helpShort
	return f
}

// changed returns the first of these flags that was given, or "".
func changed(f *pflag.FlagSet, names ...string) string {
	for _, name := range names {
		if f.Changed(name) {
			return name
		}
	}
	return ""
}

// commandLike is the first argument where it is the name of a flag and of nothing else: other programs have commands, and
// this one has none. It is "" otherwise.
func commandLike(f *pflag.FlagSet) string {
	flag := f.Lookup(f.Arg(0))
	if flag == nil || flag.Hidden {
		return ""
	}
	if _, err := os.Lstat(flag.Name); !errors.Is(err, fs.ErrNotExist) {
		return ""
	}
	return flag.Name
}

// flagError adds to the error of an unknown flag which was probably meant, or where they are listed.
func flagError(f *pflag.FlagSet, err error) error {
	var unknown *pflag.NotExistError
	if errors.As(err, &unknown) {
		valid := []string{"--help"}
		f.VisitAll(func(f *pflag.Flag) {
			if !f.Hidden {
				valid = append(valid, "--"+f.Name)
			}
		})
		name := unknown.GetSpecifiedName()
		if len(name) > 1 {
			name = "--" + name
		}
		if best := closest(name, valid); best != "" {
			return fmt.Errorf("%w; did you mean %s?", err, best)
		}
		return fmt.Errorf("%w; lockscope --help=all lists them", err)
	}
	return err
}
