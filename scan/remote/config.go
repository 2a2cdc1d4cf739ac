package remote

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"lockscope/lock"
	"lockscope/scan/report"
)

// Config says which hosts to watch, and how.
type Config struct {
	Targets []Target
	SSH     []string // the words that run ssh; default: ssh
	Command []string // the words that run lockscope there, the last of which names it; default: lockscope
	Flags   []string // for lockscope there
	Roots   []string // there; none = those of its own config file
	Names   lock.Names
	Jobs    int   // how many hosts are connected to at a time; default: 32
	Memory  int64 // that this program may use, in bytes; 0 = as much as it likes
	Push    bool  // copy this program to hosts that have none

	Interval time.Duration // as of scan.Config; negative = as the far side's config file says

	// Here is this host, with its name and its roots, where it is watched too.
	Here      Here
	HereName  string
	HereRoots []string
	// HeardHere, if it is set, is told what this host's own scan tells, before that is merged.
	HeardHere func(report.Update)

	// Hold: what is found is told at the end of the first pass, once for each directory.
	Hold bool
	// SummaryOnly: no directory is told of, only summaries and hosts that were lost.
	SummaryOnly bool
}

// check fills in the defaults, and returns why the configuration makes no sense, or nil.
func (c *Config) check() error {
	if len(c.SSH) == 0 {
		c.SSH = []string{"ssh"}
	}
	if len(c.Command) == 0 {
		c.Command = []string{"lockscope"}
	}
	if c.Jobs <= 0 {
		c.Jobs = defaultJobs
	}
	if err := checkWords(slices.Concat(c.Command, c.Flags, c.Roots, []string{c.Names.Lock, c.Names.Pidfile})); err != nil {
		return err
	}
	names := map[string]string{}
	if c.Here != nil {
		names[c.HereName] = "this host"
	}
	var targets []Target
	for _, t := range c.Targets {
		switch other, twice := names[t.Name()]; {
		case twice && other == t.String():
			continue // in a file and by a flag
		case twice:
			return fmt.Errorf("two hosts would both be called %s: %s and %s", t.Name(), other, t)
		}
		names[t.Name()] = t.String()
		targets = append(targets, t)
	}
	if c.Targets = targets; len(names) == 0 {
		return errors.New("no host is named")
	}
	return nil
}

// nameFlags are the flags for names of files that are not the default ones.
func (c *Config) nameFlags() (flags []string) {
	n := c.Names.OrDefault()
	if n.Lock != lock.DefaultNames.Lock {
		flags = append(flags, "--lock-name="+n.Lock)
	}
	if n.Pidfile != lock.DefaultNames.Pidfile {
		flags = append(flags, "--pid-name="+n.Pidfile)
	}
	return flags
}

// watchCommand are the arguments for lockscope that watch a host from there.
func (c *Config) watchCommand(interval time.Duration) []string {
	words := slices.Concat([]string{"--output=ndjson", "--watch", "--requests"}, c.Flags, c.nameFlags())
	if interval >= 0 {
		words = append(words, "--interval="+interval.String())
	}
	return append(append(words, "--"), c.Roots...)
}

// breakCommand are the arguments that break there what was seen, or say what that would come to.
func (c *Config) breakCommand(dryRun bool) []string {
	words := append([]string{"--break-stale", "--seen=-", "--output=ndjson"}, c.nameFlags()...)
	if dryRun {
		words = append(words, "--dry-run")
	}
	return words
}
