package cli

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"math"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"

	"lockscope/lock"
	"lockscope/ui"
	"lockscope/ui/list"
	"lockscope/ui/print"
)

// config is what the config file can set. Flags of the same names override it.
type config struct {
	Roots         []string `toml:"roots"`
	Exclude       []string `toml:"exclude"`
	Interval      duration `toml:"interval"`
	Probe         probe    `toml:"probe"`
	Timeout       duration `toml:"timeout"`
	MaxDepth      depth    `toml:"max_depth"`
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

	ProblemMetrics int `toml:"problem_metrics"` // 0 = none

	View struct { // what the screen begins with
		Sort         string   `toml:"sort"`
		Reverse      bool     `toml:"reverse"`
		Groups       string   `toml:"groups"`
		Columns      []string `toml:"columns"`
		ProblemsOnly bool     `toml:"problems_only"`
		Detail       string   `toml:"detail"`
		Filter       string   `toml:"filter"`
	} `toml:"view"`
	Hosts         []string `toml:"hosts"`
	HostsFile     string   `toml:"hosts_file"`
	Push          bool     `toml:"push"`
	SSHJobs       int      `toml:"ssh_jobs"`       // 0 = as many as suit
	SSHCommand    string   `toml:"ssh_command"`    // words, divided by spaces
	RemoteCommand string   `toml:"remote_command"` // the same

	Bell  bool `toml:"bell"`  // ring it when a problem comes up
	Title bool `toml:"title"` // and say so in the title of the terminal's window
}

func defaultConfig() config {
	c := config{
		Interval: duration{2 * time.Second},
		Timeout:  duration{5 * time.Second},
		MaxDepth: depth{math.MaxInt},
		Color:    color{"auto"},
		ASCII:    !utf8Locale(),
	}
	c.View.Sort, c.View.Groups, c.View.Detail = "state", "none", "shown"
	c.View.Columns = []string{"pidfile", "holder", "command", "since"}
	c.Names.Lock, c.Names.Pidfile = lock.DefaultNames.Lock, lock.DefaultNames.Pidfile
	return c
}

// validate returns an error for values that can be read, but make no sense. It names keys as flags do.
func (c *config) validate() error {
	switch {
	case slices.Contains(c.Roots, ""):
		return errors.New("a root is empty")
	case c.Interval.Duration < 0:
		return fmt.Errorf("interval: %v is negative (0 means only on request)", c.Interval)
	case c.Timeout.Duration <= 0:
		return fmt.Errorf("timeout: %v is not above 0", c.Timeout)
	case c.MaxDepth.levels < 0:
		return fmt.Errorf("max-depth: %d is negative (0 means the roots alone)", c.MaxDepth.levels)
	case c.Jobs < 0:
		return fmt.Errorf("jobs: %d is negative (0 means as many as suit the machine)", c.Jobs)
	case c.Jobs > mostJobs || c.SSHJobs > mostJobs:
		return fmt.Errorf("jobs, ssh-jobs: %d is above %d", max(c.Jobs, c.SSHJobs), mostJobs)
	case c.SSHJobs < 0:
		return fmt.Errorf("ssh-jobs: %d is negative (0 means as many as suit)", c.SSHJobs)
	case c.ProblemMetrics < 0 || c.ProblemMetrics > print.MaxProblemMetrics:
		return fmt.Errorf("problem-metrics: %d is not between 0 and %d", c.ProblemMetrics, print.MaxProblemMetrics)
	case c.Names.Lock == c.Names.Pidfile:
		return fmt.Errorf("lock-name and pid-name are both %q", c.Names.Lock)
	case c.AuditLog != "" && (filepath.Base(c.AuditLog) == c.Names.Lock || filepath.Base(c.AuditLog) == c.Names.Pidfile):
		return fmt.Errorf("audit-log: %q is the name of a file of daemons", c.AuditLog)
	}
	for _, name := range []string{c.Names.Lock, c.Names.Pidfile} {
		if name == "" || name == "." || name == ".." || strings.ContainsAny(name, "/\x00") {
			return fmt.Errorf("lock-name, pid-name: %q is not the name of a file", name)
		}
	}
	if _, err := c.view(); err != nil {
		return err
	}
	if problem := list.Problem(c.View.Filter); problem != "" {
		return fmt.Errorf("filter: %s", problem)
	}
	for _, glob := range c.Exclude {
		if _, err := path.Match(glob, ""); err != nil {
			return fmt.Errorf("exclude: %q is not a glob: %w", glob, err)
		}
	}
	return nil
}

// view returns what the screen begins with.
func (c *config) view() (ui.View, error) {
	v := ui.View{ProblemsOnly: c.View.ProblemsOnly, Filter: c.View.Filter, Reverse: c.View.Reverse}
	of := func(name string, err error) error {
		if err == nil {
			return nil
		}
		return fmt.Errorf("%s: %w", name, err)
	}
	err := cmp.Or(of("sort", v.SetSort(c.View.Sort)), of("groups", v.SetGroups(c.View.Groups)),
		of("columns", v.SetColumns(c.View.Columns)), of("detail", v.SetDetail(c.View.Detail)))
	return v, err
}

const systemConfig = "/etc/lockscope/config.toml"

// findConfig returns the path of $LOCKSCOPE_CONFIG or, where that is not set, of the first default config file that
// is there, or "". A home that may not be entered, as it happens under su(1), has none for this user.
func findConfig() string {
	if path := os.Getenv("LOCKSCOPE_CONFIG"); path != "" {
		return path
	}
	paths := []string{systemConfig}
	if dir, err := os.UserConfigDir(); err == nil { // else there is no home
		paths = []string{filepath.Join(dir, "lockscope", "config.toml"), systemConfig}
	}
	for _, path := range paths {
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	return ""
}

// loadConfig reads the TOML file at path into c, and leaves alone what the file does not set. Relative paths
// in it are below the file's own directory, so that it means the same in every working directory.
func loadConfig(path string, c *config) error {
	file, err := readText(path)
	if err != nil {
		return err
	}
	if err := decodeConfig(file.text, c); err != nil {
		return configError(path, file.text, err)
	}
	if key := c.trusting(); key != "" && file.untrusted != nil {
		return fmt.Errorf("%s: %s cannot be set by this file, since %w", path, key, file.untrusted)
	}
	for i, root := range c.Roots {
		if root != "" && !filepath.IsAbs(root) {
			c.Roots[i] = filepath.Join(escapeGlob(filepath.Dir(path)), root)
		}
	}
	for _, file := range []*string{&c.HostsFile, &c.AuditLog} {
		if *file != "" && !filepath.IsAbs(*file) {
			*file = filepath.Join(filepath.Dir(path), *file)
		}
	}
	return nil
}

// decodeConfig reads TOML into c, and checks what c is then.
func decodeConfig(text []byte, c *config) error {
	d := toml.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(c); err != nil {
		return err
	}
	if sort, turned := strings.CutPrefix(c.View.Sort, "-"); turned { // as --sort has it
		c.View.Sort, c.View.Reverse = sort, true
	}
	return c.validate()
}

// trusting returns a key that is set and says which programs run, on which hosts, or where this program writes;
// "" if none is. Whoever chooses these has the rights of who runs this program, often root.
func (c *config) trusting() string {
	switch {
	case c.SSHCommand != "":
		return "ssh_command"
	case c.RemoteCommand != "":
		return "remote_command"
	case len(c.Hosts) > 0:
		return "hosts"
	case c.HostsFile != "":
		return "hosts_file"
	case c.Push:
		return "push"
	case c.AuditLog != "":
		return "audit_log"
	}
	return ""
}
