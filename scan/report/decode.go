package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// ErrUnknownType is the error for an object of a type that this version does not know. A reader can
// skip it.
var ErrUnknownType = errors.New("unknown type of object")

var errNegative = errors.New("a negative number in a summary")

// Decode reads a line that [Line.Encode] wrote, on this host or another. The line may come from
// anybody. It is an error if it is longer than [MaxLine], is not JSON or contradicts itself. The error's
// text may have parts of the line: escape it before printing.
//
// What Decode returns encodes to the same bytes again. A report gives the same State, Reasons, Keeper
// and Breakable, and its times to the millisecond. Its sentences are the sender's, made safe to print.
//
// The sender may be of a later version. A word that is not known here becomes the one that claims
// least: the state Unknown, no reason, an unknown lock or process, a pidfile that could not be
// read. Unknown keys are ignored.
//
// The JSON does not carry all of a Report. In one that was decoded, these are zero:
//   - the identity of the directory, the device and the size of its files, the text of the pidfile:
//     so no break is possible from it here, where the path may lead to another directory. Where the sender
//     was asked for them, they are in Report.Seen, for a break there
//   - the errors behind what is unknown, and Searched, OpenElsewhere, Changing, Acquiring, OtherPIDNS,
//     Restrictions, OverlayMount, UnreadMountNS, Another, Releaser, Taker and Temps; the sentences tell of them
//   - the ticks of processes; and where the pidfile names a process by its PID in another namespace,
//     which PID that has here
//   - what a holder uses besides (OtherUse), and whether a mount covers its file
//   - those who have the lock file open and hold no lock
//   - the command in the next step: Command returns ""
//   - Checking, since what awaits its second look is not printed
//
// A root, a command or a user that is not UTF-8 comes as its escaped text.
func Decode(line []byte) (Line, error) {
	if len(line) > MaxLine {
		return Line{}, fmt.Errorf("a line of %d bytes is too long", len(line))
	}
	var object struct{ Type string }
	if err := json.Unmarshal(line, &object); err != nil {
		return Line{}, err
	}
	switch object.Type {
	case typeDir, typeChange:
		return decoded(line, &dirJSON{})
	case typeHandoff:
		return decoded(line, &handoffJSON{})
	case typeGone:
		return decoded(line, &goneJSON{})
	case typeError:
		return decoded(line, &errorJSON{})
	case typeSummary:
		return decoded(line, &summaryJSON{})
	case typeHost:
		return decoded(line, &hostJSON{})
	case typeHello:
		return decoded(line, &helloJSON{})
	case typeHeartbeat:
		return decoded(line, &heartbeatJSON{})
	}
	return Line{}, fmt.Errorf("%w: %.20q", ErrUnknownType, object.Type)
}

func decoded(line []byte, object interface{ line() (Line, error) }) (Line, error) {
	if err := json.Unmarshal(line, object); err != nil {
		return Line{}, err
	}
	return object.line()
}

func (g *goneJSON) line() (Line, error) {
	path, err := pathOf(g.Path, g.PathBytes)
	return Line{Gone: Key(g.OnHost, path)}, errors.Join(err, checkHost(g.OnHost))
}

func (e *errorJSON) line() (Line, error) {
	path, err := pathOf(e.Path, e.PathBytes)
	return Line{Error: &PathError{Host: e.OnHost, Path: path, Root: e.Root, Err: errors.New(e.Error)}}, errors.Join(err, checkHost(e.OnHost))
}

func (s *summaryJSON) line() (Line, error) {
	if s.Seconds < 0 || s.Seconds > mostSeconds {
		return Line{}, fmt.Errorf("a pass of %g seconds", s.Seconds)
	}
	if s.Dirs < 0 || s.Checking < 0 || s.Errors < 0 || s.Hosts < 0 || s.Lost < 0 {
		return Line{}, errNegative
	}
	states := make(map[State]int, len(States))
	for word, n := range s.States {
		if n < 0 {
			return Line{}, errNegative
		}
		states[known(word, States...)] += n
	}
	watched, err := s.Watched.watched()
	if err != nil {
		return Line{}, err
	}
	return Line{Host: s.Host, Summary: &Summary{
		Watched: watched,
		Dirs:    s.Dirs, States: states, Checking: s.Checking, Errors: s.Errors,
		Duration: time.Duration(math.Round(s.Seconds*1000)) * time.Millisecond,
		Hosts:    s.Hosts, Lost: s.Lost,
	}}, nil
}

func (j *watchedJSON) watched() (*Watched, error) {
	if j == nil {
		return nil, nil
	}
	w := &Watched{j.Dirs, j.Passed, j.Processes, map[PolledBecause]int{}}
	for code, n := range j.Polled {
		why := PolledFailed
		if i := slices.Index(polledCodes[:], code); i > 0 {
			why = PolledBecause(i)
		}
		if w.Polled[why] += n; n < 0 {
			return nil, errNegative
		}
	}
	if min(w.Dirs, w.Passed, w.Processes) < 0 {
		return nil, errNegative
	}
	return w, nil
}

// pathOf returns a path that JSONText has put into JSON. Only an absolute one is accepted.
func pathOf(text string, raw []byte) (string, error) {
	if len(raw) > 0 {
		text = string(raw)
	}
	if !strings.HasPrefix(text, "/") || strings.Contains(text, "\x00") {
		return "", fmt.Errorf("%.80q is not an absolute path", text)
	}
	return text, nil
}

// known returns the value that a word stands for, or the zero value, which in every such type is
// the one that claims least.
func known[S fmt.Stringer](word string, all ...S) (s S) {
	for _, one := range all {
		if one.String() == word {
			return one
		}
	}
	return s
}

// printable makes a sender's text safe to print. An honest sender has escaped it already, so
// backslashes are not escaped again.
func printable(text string) string {
	parts := strings.Split(text, `\`)
	for i, part := range parts {
		parts[i] = Escape(part)
	}
	return strings.Join(parts, `\`)
}
