package report

import (
	"errors"
	"fmt"
	"time"
)

// Errors that say why something could not be established, besides those of the system.
var (
	ErrNoAnswer  = errors.New("no answer")                                 // within the time limit
	ErrNotProbed = errors.New("not established without a flock probe")     // and the probe mode allows none
	ErrMoving    = errors.New("not asked for while something moves")       // a flock probe could make a hand-off fail
	ErrNotSeen   = errors.New("locks held here are not visible from here") // overlay layers, network file systems
)

// ErrProcessNoAnswer is ErrNoAnswer where the kernel gave none about a process. Else it is the file
// system that gave none.
var ErrProcessNoAnswer = fmt.Errorf("of the process that the pidfile names: %w", ErrNoAnswer)

// NoAnswer returns ErrNoAnswer with the time limit.
func NoAnswer(limit time.Duration) error { return fmt.Errorf("%w in %v", ErrNoAnswer, limit) }
