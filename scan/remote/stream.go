package remote

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	"lockscope/scan/report"
)

var (
	errLongLine = fmt.Errorf("a line of more than %d bytes was skipped", report.MaxLine)
	errGarbled  = errors.New("it is not lockscope that answers")
	errEndless  = fmt.Errorf("a line of more than %d bytes", maxEndless)
	errVersion  = errors.New("it is another version")
)

// stream reads the lines of a far side. What it keeps is bounded, whatever comes.
type stream struct {
	r    *bufio.Reader
	line []byte
	read int // lines so far
}

func newStream(r io.Reader) *stream { return &stream{r: bufio.NewReaderSize(r, readSize)} }

// next returns the next line as it came, without the newline. It is valid until the next call. The error is
// errLongLine for a line that is too long, which is skipped, or that of the reader. A last line without a
// newline was cut short, and is none. size is how many bytes were read.
func (s *stream) next() (line []byte, size int, err error) {
	s.line = s.line[:0]
	s.read++
	for long := false; ; {
		part, err := s.r.ReadSlice('\n')
		size += len(part)
		if long = long || size > report.MaxLine+1; !long {
			s.line = append(s.line, part...)
		}
		switch {
		case size > maxEndless:
			return nil, size, &garbledError{s.read, errEndless}
		case err == bufio.ErrBufferFull:
		case err != nil:
			return nil, size, err
		case long:
			s.line = nil // it need not keep so much
			return nil, size, errLongLine
		default:
			return s.line[:size-1], size, nil
		}
	}
}

// hello reads up to the first object of the protocol, which has to be a hello of our format. Lines before it
// that are no objects of lockscope's are skipped: login shells may print something. pushed is told of the line
// that a push begins with.
func (s *stream) hello(pushed func(path string)) (*report.Hello, error) {
	for noise := 0; ; {
		text, _, err := s.next()
		if err != nil {
			return nil, err
		}
		if path, ok := strings.CutPrefix(string(text), pushedMark); ok {
			pushed(path)
			continue
		}
		l, err := report.Decode(text)
		switch {
		case err != nil:
			if noise += len(text) + 1; noise > maxNoise {
				return nil, errGarbled
			}
		case l.Hello == nil:
			return nil, fmt.Errorf("%w, which says no hello", errVersion)
		case l.Hello.Format != report.Format:
			return nil, fmt.Errorf("%w, which speaks format %d, and this one reads %d", errVersion, l.Hello.Format, report.Format)
		default:
			return l.Hello, nil
		}
	}
}

// object returns the next object, and how many bytes its line had. One of a type that is not known is an
// empty one: the far side may be of a later version. An error is one of the reader or of the codec, or
// errLongLine.
func (s *stream) object() (l report.Line, size int, err error) {
	text, size, err := s.next()
	if err != nil {
		return l, size, err
	}
	switch l, err = report.Decode(text); {
	case errors.Is(err, report.ErrUnknownType):
		return report.Line{}, size, nil
	case err != nil:
		err = &garbledError{s.read, err}
	}
	return l, size, err
}

// garbledError says which line is not one of the protocol.
type garbledError struct {
	line int
	err  error
}

func (e *garbledError) Error() string { return fmt.Sprintf("line %d: %v", e.line, e.err) }
func (e *garbledError) Unwrap() error { return e.err }
