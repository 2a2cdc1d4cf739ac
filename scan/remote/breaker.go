package remote

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/user"
	"time"

	"lockscope/lock"
	"lockscope/scan/repair"
	"lockscope/scan/report"
)

// Breaker breaks stale locks on the hosts of a fleet: lockscope there does it, and refuses where anything is not
// as it was seen. Both sides keep a record. It may be used concurrently. Break and Check may take a minute.
type Breaker struct {
	Fleet *Fleet
	Audit *repair.AuditLog // of this host
}

// Why an attempt was not made.
var (
	errNoEvidence = errors.New("the host has not told what a break rests on")
	errReadOnly   = errors.New("lockscope is read-only there")
	errLost       = errors.New("the host is lost: what is known of it is as it was then")
	errNoHost     = errors.New("the host is not one of those that are watched")
)

// Break asks the host of a report to break the stale lock, if the evidence in the report still holds. See
// repair.Breaker for the rest.
func (b *Breaker) Break(r *report.Report) report.Attempt {
	h, err := b.hostOf(r)
	if err != nil {
		return report.Attempted(nil, refused(r, err))
	}
	return b.Audit.Record(r, b.Fleet.cfg.Names, func() report.Attempt { return b.ask(h, r, false) })
}

// Check asks the host of a report what Break would come to now. It changes nothing there.
func (b *Breaker) Check(r *report.Report) report.Attempt {
	h, err := b.hostOf(r)
	if err == nil {
		err = b.Audit.Check()
	}
	if err != nil {
		return report.Foreseen(nil, refused(r, err))
	}
	return b.ask(h, r, true)
}

// Refuses returns what Break would come to as far as it can be told without asking the host; NotTried if it
// cannot.
func (b *Breaker) Refuses(r *report.Report) report.Attempt {
	if _, err := b.hostOf(r); err != nil {
		return report.Foreseen(nil, refused(r, err))
	}
	return report.Attempt{}
}

// hostOf returns the host of a report, if a break may be asked for there.
func (b *Breaker) hostOf(r *report.Report) (*host, error) {
	if !r.Breakable() || r.Seen == nil {
		return nil, errNoEvidence
	}
	for _, h := range b.Fleet.hosts {
		if h.name != r.Host {
			continue
		}
		h.mu.Lock()
		defer h.mu.Unlock()
		switch {
		case h.away:
			return nil, errLost
		case h.readOnly:
			return nil, errReadOnly
		}
		return h, nil
	}
	return nil, errNoHost
}

// ask runs lockscope on the host, gives it the evidence once it has said hello, and reads what became of it.
func (b *Breaker) ask(h *host, r *report.Report, dryRun bool) report.Attempt {
	ctx, cancel := context.WithTimeout(context.Background(), pushWait+breakWait)
	defer cancel()
	l, err := h.start(ctx, b.Fleet.cfg.breakCommand(dryRun))
	if err != nil {
		return attempted(dryRun, refused(r, err))
	}
	s := newStream(l.out)
	if _, err = s.hello(func(string) {}); err != nil { // nothing was asked for yet
		status := l.close(!errors.Is(err, io.EOF))
		return attempted(dryRun, refused(r, errors.New(l.whyEnded(status, err))))
	}
	l.out.silence, l.out.by = breakWait, time.Now().Add(breakWait)
	l.in.SetWriteDeadline(l.out.by)
	l.in.Write(append(report.EncodeSeen(r, whoAsks()), '\n'))
	l.in.Close()
	told, unread := answer(s, r.Path)
	status := l.close(unread != nil && !errors.Is(unread, io.EOF))
	if unread == nil {
		return told
	}
	return attempted(dryRun, fmt.Errorf("it is not known whether it was broken: %s", l.whyEnded(status, unread)))
}

// answer reads what became of a break of the directory with this path.
func answer(s *stream, path string) (report.Attempt, error) {
	text, _, err := s.next()
	if err != nil {
		return report.Attempt{}, err
	}
	return report.DecodeBreak(text, path)
}

// attempted is an attempt that came to nothing with err.
func attempted(dryRun bool, err error) report.Attempt {
	if dryRun {
		return report.Foreseen(nil, err)
	}
	return report.Attempted(nil, err)
}

// refused is a refusal for a reason of ours.
func refused(r *report.Report, err error) error {
	return &lock.RefusedError{Dir: r.Path, Reason: lock.RefusedElsewhere, PID: r.Evidence.Pidfile.PID, Err: err}
}

// whoAsks says who asks for a break, for the record of the other host.
func whoAsks() string {
	name := os.Getenv("SUDO_USER")
	if u, err := user.Current(); name == "" && err == nil {
		name = u.Username
	}
	host, _ := os.Hostname()
	return name + "@" + host
}
