package report

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Format is the number of the format of the ndjson stream. It changes when a reader of the former one would
// be led astray. New types of objects and new keys do not change it: see [Decode].
const Format = 1

// Hello is the first line of a watch: who speaks, and how.
type Hello struct {
	Version  string // of the program
	Host     string // the sender's own name
	Format   int
	ReadOnly bool // nothing is broken there
	// Every is the longest time between two heartbeats. Who hears nothing for three of them may take the
	// sender for lost.
	Every time.Duration
	Roots []string // below which it looks; none where the sender is older, or asks others itself
}

// Heartbeat says that a watch goes on, also while nothing changes.
type Heartbeat struct {
	Looked   time.Time // when the monitor was last heard of, by the sender's clock
	Progress Progress  // of a walk; zero if none is under way
	Errors   int       // how many roots and directories could not be read in the last walk
	// Stalled is for how long no look has come to an end though one was due, by the sender's own judgement; 0
	// while all is well. The sender itself is well: it may be that a file system it looks at is not.
	Stalled time.Duration
}

type helloJSON struct {
	Type     string   `json:"type"`
	Version  string   `json:"version"`
	Host     string   `json:"host"`
	Format   int      `json:"format"`
	ReadOnly bool     `json:"read_only,omitempty"`
	Every    float64  `json:"heartbeat"` // in seconds
	Roots    []string `json:"roots,omitempty"`
}

func newHelloJSON(h *Hello) helloJSON {
	var roots []string
	for _, root := range h.Roots[:min(len(h.Roots), MaxRoots)] {
		if len(root) <= maxRoot { // who names a longer one does so in order to try
			text, _ := JSONText(root)
			roots = append(roots, text)
		}
	}
	return helloJSON{typeHello, h.Version, h.Host, h.Format, h.ReadOnly, h.Every.Seconds(), roots}
}

func (j *helloJSON) line() (Line, error) {
	if !(j.Every >= 0 && j.Every <= mostSeconds) {
		return Line{}, fmt.Errorf("a heartbeat every %g s", j.Every)
	}
	every := time.Duration(j.Every * float64(time.Second))
	return Line{Hello: &Hello{printable(j.Version), j.Host, j.Format, j.ReadOnly, every, j.Roots}}, nil
}

type heartbeatJSON struct {
	Type    string    `json:"type"`
	Looked  time.Time `json:"looked,omitzero"`
	Walking bool      `json:"walking,omitempty"`
	Visited int       `json:"visited,omitempty"`
	Found   int       `json:"found,omitempty"`
	Errors  int       `json:"errors,omitempty"`
	Stalled float64   `json:"stalled,omitempty"` // in seconds
}

func newHeartbeatJSON(h *Heartbeat) heartbeatJSON {
	return heartbeatJSON{typeHeartbeat, jsonTime(h.Looked), h.Progress.Walking, h.Progress.Visited, h.Progress.Found, h.Errors, h.Stalled.Round(time.Second).Seconds()}
}

func (j *heartbeatJSON) line() (Line, error) {
	if j.Visited < 0 || j.Found < 0 || j.Errors < 0 {
		return Line{}, errors.New("a negative number in a heartbeat")
	}
	if !(j.Stalled >= 0 && j.Stalled <= mostSeconds) {
		return Line{}, fmt.Errorf("stalled for %g s", j.Stalled)
	}
	progress := Progress{Walking: j.Walking, Visited: j.Visited, Found: j.Found}
	return Line{Heartbeat: &Heartbeat{j.Looked, progress, j.Errors, time.Duration(j.Stalled * float64(time.Second))}}, checkTime(j.Looked)
}

// checkHost refuses what cannot be the name of a host, so that a key is never ambiguous.
func checkHost(name string) error {
	if len(name) > maxHost || strings.Contains(name, "/") {
		return fmt.Errorf("%.80q is no name of a host", name)
	}
	return nil
}
