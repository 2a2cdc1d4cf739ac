package observe

import "fmt"

// Probe says which ways to establish a lock's state are allowed.
type Probe uint8

const (
	ProbeAuto  Probe = iota // fdinfo, then the kernel table, then a flock probe for what is left
	ProbeFlock              // always a flock probe
	ProbeNever              // never a flock probe: what cannot be established otherwise is unknown
)

var probeNames = [...]string{"auto", "flock", "never"}

func (p Probe) String() string {
	if int(p) >= len(probeNames) {
		return fmt.Sprintf("Probe(%d)", p)
	}
	return probeNames[p]
}

// ParseProbe reads the name of a probe mode.
func ParseProbe(s string) (Probe, error) {
	for i, n := range probeNames {
		if s == n {
			return Probe(i), nil
		}
	}
	return 0, fmt.Errorf("unknown probe mode %q (valid: auto, flock, never)", s)
}
