package observe

import "fmt"

// Probe is a mode: it says by which ways the state of a lock may be established. See the package
// comment.
type Probe uint8

const (
	ProbeAuto  Probe = iota // every way, the flock probe last
	ProbeFlock              // the fdinfo of the named process, and a flock probe at once
	ProbeNever              // no lease and no flock probe: what these alone could tell is unknown
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
