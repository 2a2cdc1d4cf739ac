package cli

import (
	"encoding"
	"fmt"
	"math"
	"net"
	"strconv"
	"strings"
	"time"

	"lockscope/scan/observe"
	"lockscope/scan/report"
	"lockscope/ui/print"
)

// The types of values that are given as text, on the command line and in the
// config file alike. They are structs, because TOML would store a bare number or
// string in other types without asking UnmarshalText.

type duration struct{ time.Duration }

func (d *duration) UnmarshalText(text []byte) (err error) {
	if d.Duration, err = time.ParseDuration(string(text)); err != nil {
		return fmt.Errorf("%q is not a duration such as 500ms, 2s or 1m", text)
	}
	return nil
}

// MarshalText is the reverse of UnmarshalText. So it is in the other types here.
func (d duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

type probe struct{ observe.Probe }

func (p *probe) UnmarshalText(text []byte) (err error) {
	p.Probe, err = observe.ParseProbe(string(text))
	return err
}

func (p probe) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// depth is how many levels to go down. math.MaxInt stands for no limit.
type depth struct{ levels int }

const unlimited = "unlimited"

func (d *depth) UnmarshalText(text []byte) (err error) {
	if d.levels = math.MaxInt; string(text) == unlimited {
		return nil
	}
	if d.levels, err = strconv.Atoi(string(text)); err != nil {
		return fmt.Errorf("%q is not a number of levels, or %s", text, unlimited)
	}
	return nil
}

func (d depth) MarshalText() ([]byte, error) {
	if d.levels == math.MaxInt {
		return []byte(unlimited), nil
	}
	return strconv.AppendInt(nil, int64(d.levels), 10), nil
}

type color struct{ when string }

func (c color) MarshalText() ([]byte, error) { return []byte(c.when), nil }

func (c *color) UnmarshalText(text []byte) error {
	switch c.when = string(text); c.when {
	case "auto", "always", "never":
		return nil
	}
	return fmt.Errorf("unknown color mode %q (valid: auto, always, never)", text)
}

type format struct{ value *print.Format }

func (f format) UnmarshalText(text []byte) (err error) {
	*f.value, err = print.ParseFormat(string(text))
	return err
}

// address is where to listen. Without a host it is on the loopback interface.
type address struct{ text string }

func (a *address) UnmarshalText(text []byte) error {
	host, port, err := net.SplitHostPort(string(text))
	if err != nil { // a port alone, perhaps
		host, port = "", string(text)
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return fmt.Errorf("%q is not an address such as :9767 or 10.0.0.7:9767", text)
	}
	if host == "" {
		host = "127.0.0.1"
	}
	a.text = net.JoinHostPort(host, port)
	return nil
}

type states []report.State

func (s *states) UnmarshalText(text []byte) (err error) {
	*s, err = report.ParseStates(string(text))
	return err
}

// sortFlag is a column to sort by, the other way round after a minus.
type sortFlag struct{ c *config }

func (f sortFlag) UnmarshalText(text []byte) error {
	f.c.View.Sort, f.c.View.Reverse = strings.CutPrefix(string(text), "-")
	return nil
}

// textFlag makes a pflag.Value of a value that can be read from text.
type textFlag struct{ encoding.TextUnmarshaler }

func (f textFlag) Set(s string) error { return f.UnmarshalText([]byte(s)) }
func (f textFlag) String() string     { return "" } // pflag asks for defaults, which the help tells in its own words
func (f textFlag) Type() string       { return "text" }
