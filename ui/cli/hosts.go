package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"lockscope/scan"
	"lockscope/scan/remote"
	"lockscope/scan/repair"
	"lockscope/scan/report"
)

// notTold is the interval of hosts that are not told of any: their own config files say it.
const notTold = time.Duration(-1)

// findHosts reads which hosts are to be watched. named and listed are whether the command line has --host and
// --hosts-file: then those of the config file do not count.
func (s *settings) findHosts(named, listed bool) error {
	if s.doctor { // whatever hosts the config file has
		s.here = true
		if named || listed {
			return errors.New("--doctor is about this host: run it on the other, as in ssh HOST lockscope --doctor")
		}
		return nil
	}
	switch { // which is what --write-config tells, too
	case listed && !named:
		s.Hosts = nil
	case named && !listed:
		s.HostsFile = ""
	}
	hosts := s.Hosts
	if s.HostsFile != "" {
		file, err := readText(s.HostsFile)
		if err != nil {
			return err
		}
		more, err := remote.ParseHosts(file.text)
		if err != nil {
			return fmt.Errorf("%s:%w", s.HostsFile, err)
		}
		hosts = slices.Concat(hosts, more)
	}
	far := &remote.Config{
		SSH: strings.Fields(s.SSHCommand), Command: strings.Fields(s.RemoteCommand),
		Names: s.names(), Jobs: s.SSHJobs, Push: s.Push, HereName: hostname(),
	}
	for _, name := range hosts {
		if name == remote.ThisHost {
			s.here = true
			continue
		}
		t, err := remote.ParseTarget(name)
		if err != nil {
			return err
		}
		far.Targets = append(far.Targets, t)
	}
	switch {
	case len(far.Targets) == 0:
		s.here = true
		return nil
	case s.demo:
		return errors.New("--demo is a sandbox on this host: leave out the others")
	case s.requests || s.seen != "": // a far side watches itself, whatever its config file says
		s.here = true
		return nil
	}
	s.far = far
	return nil
}

// forFarSide are the flags that count on the other hosts too. The rest is about what is made here of what they
// tell, or has a place of its own in remote.Config. What the config file of this host says counts on this host.
var forFarSide = map[string]bool{
	"probe": true, "timeout": true, "max-depth": true, "one-file-system": true, "exclude": true, "descend": true, "jobs": true,
}

// forwarded returns those flags of a command line, which was parsed before, that count on the other hosts.
func forwarded(args []string) (flags []string) {
	f := newFlags(&settings{config: defaultConfig()})
	f.ParseAll(args, func(f *pflag.Flag, value string) error {
		if forFarSide[f.Name] {
			flags = append(flags, "--"+f.Name+"="+value)
		}
		return nil
	})
	return flags
}

// source is what finds and watches directories, on this host or on several.
type source interface {
	remote.Source
	Once(ctx context.Context, sink func(report.Update)) (report.Summary, error)
	Run(ctx context.Context, sink func(report.Update)) error
}

// newSource returns the source that the settings ask for. With stream, what it finds is told as it is found: see
// scan.Config. The fleet is nil where this host alone is watched.
func (s *settings) newSource(stream int) (source, *remote.Fleet, error) {
	if s.far == nil {
		return scan.New(s.scanConfig(stream)), nil, nil
	}
	cfg := *s.far
	cfg.Hold, cfg.SummaryOnly = stream == 0, s.check
	cfg.Memory = cmp.Or(s.memory, int64(physicalMemory()))
	if s.here {
		cfg.Here, cfg.HereRoots, cfg.HeardHere = scan.New(s.scanConfig(stream)), s.Roots, s.heardHere
	}
	fleet, err := remote.New(cfg)
	return fleet, fleet, err
}

// breaker breaks stale locks, or says what that would come to.
type breaker interface {
	Break(*report.Report) report.Attempt
	Check(*report.Report) report.Attempt
}

// newBreaker returns the breaker for what a source finds. fleet may be nil.
func (s *settings) newBreaker(fleet *remote.Fleet) breaker {
	here := &repair.Breaker{Names: s.names(), Audit: s.auditLog()}
	if fleet == nil {
		return here
	}
	return anywhere{here, &remote.Breaker{Fleet: fleet, Audit: s.auditLog()}, hostname()}
}

// anywhere breaks stale locks on whichever host they are.
type anywhere struct {
	here *repair.Breaker
	far  *remote.Breaker
	name string // of this host
}

func (b anywhere) of(r *report.Report) breaker {
	if r.Host == b.name {
		return b.here
	}
	return b.far
}

func (b anywhere) Break(r *report.Report) report.Attempt { return b.of(r).Break(r) }
func (b anywhere) Check(r *report.Report) report.Attempt { return b.of(r).Check(r) }

// checkHere is Check as far as it can be told without asking another host.
func (b anywhere) checkHere(r *report.Report) report.Attempt {
	if r.Host == b.name {
		return b.here.Check(r)
	}
	return b.far.Refuses(r)
}
