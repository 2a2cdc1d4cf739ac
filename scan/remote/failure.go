package remote

import (
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"

	"lockscope/scan/report"
)

// failure is why a session ended.
type failure struct {
	why  report.Reason
	text string
}

func (f *failure) Error() string { return f.why.String() + ": " + f.text }

// notFound is what shells say that end with another status than 127, csh(1) among them.
var notFound = regexp.MustCompile(`(?i)command not found\.?$`)

// failed closes the link, and says why the session ended. hello is nil if it never began.
func (h *host) failed(l *link, err error, hello *report.Hello) *failure {
	ended := errors.Is(err, io.EOF)
	status := l.close(!ended)
	said, or := l.errs.last(), l.errs.or
	var garbled *garbledError
	switch {
	case errors.As(err, &garbled):
		return &failure{report.HostGarbled, err.Error()}
	case errors.Is(err, errGarbled):
		return &failure{report.HostGarbled, or(err.Error())}
	case errors.Is(err, errVersion):
		return &failure{report.LockscopeVersion, err.Error()}
	case errors.Is(err, os.ErrDeadlineExceeded) && hello != nil:
		return &failure{report.HostSilent, fmt.Sprintf("nothing for %v", l.out.silence)}
	case errors.Is(err, os.ErrDeadlineExceeded):
		return &failure{report.HostUnreachable, or(fmt.Sprintf("no answer in %v", l.out.silence))}
	case !ended:
		return &failure{report.HostEnded, err.Error()}
	case status == sshFailed || status < 0:
		return &failure{report.HostUnreachable, or("ssh failed")}
	case hello != nil:
		return &failure{report.HostEnded, or(fmt.Sprintf("exit status %d", status))}
	case status == 127 || notFound.MatchString(said):
		return &failure{report.LockscopeMissing, said}
	case strings.Contains(said, "unknown flag: --requests"):
		return &failure{report.LockscopeVersion, "it is older"}
	}
	return &failure{report.HostEnded, or(fmt.Sprintf("exit status %d", status))}
}
