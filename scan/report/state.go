package report

import (
	"fmt"
	"slices"
	"strings"
)

// State is what a directory's lock and pidfile together amount to. The zero State is Unknown, so that
// what could not be established is never called healthy.
type State uint8

const (
	Unknown    State = iota // could not be established
	Split                   // a flock is held on a lock file that was this directory's and is deleted or replaced
	Unguarded               // flock free, yet the pidfile names a live process that uses the directory
	Orphaned                // flock held only through inherited descriptors: its taker and the named process are gone
	Mismatch                // flock held by live processes, none of them the one the pidfile names
	Unnamed                 // flock held, and the pidfile names nobody
	Stale                   // flock free, and a pidfile or temporary was left behind
	Held                    // flock held, and the pidfile names a holder
	Free                    // flock free, nothing left behind
	stateCount = iota
)

// States lists every state, the worst first. Do not change it.
var States = []State{Split, Unguarded, Orphaned, Mismatch, Unnamed, Stale, Unknown, Held, Free}

var stateNames = map[State]string{
	Unknown: "unknown", Split: "split", Unguarded: "unguarded", Orphaned: "orphaned", Mismatch: "mismatch",
	Unnamed: "unnamed", Stale: "stale", Held: "held", Free: "free",
}

var severities = func() (rank [16]int) {
	for i, s := range States {
		rank[s] = i
	}
	return rank
}()

func (s State) String() string {
	if n, ok := stateNames[s]; ok {
		return n
	}
	return fmt.Sprintf("state(%d)", uint8(s))
}

// Severity returns the index of s in States: 0 is the worst.
func (s State) Severity() int { return severities[s&15] }

// Healthy reports whether s needs no attention.
func (s State) Healthy() bool { return s == Held || s == Free }

// ParseStates reads a comma-separated list of states. "healthy" stands for all healthy ones,
// "attention" for all others. It returns them without duplicates, the worst first.
func ParseStates(list string) ([]State, error) {
	var out []State
	for _, word := range strings.Split(list, ",") {
		word = strings.TrimSpace(word)
		n := len(out)
		for _, s := range States {
			if word == s.String() || word == "healthy" && s.Healthy() || word == "attention" && !s.Healthy() {
				out = append(out, s)
			}
		}
		if len(out) == n {
			return nil, fmt.Errorf("unknown state %q (valid: %s, attention, healthy)", word, joinStates())
		}
	}
	slices.SortFunc(out, func(a, b State) int { return a.Severity() - b.Severity() })
	return slices.Compact(out), nil
}

func joinStates() string {
	names := make([]string, len(States))
	for i, s := range States {
		names[i] = s.String()
	}
	return strings.Join(names, ", ")
}
