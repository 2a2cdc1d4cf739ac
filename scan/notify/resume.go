package notify

import (
	"os"
	"os/signal"
	"time"

	"golang.org/x/sys/unix"
)

// watchStops notes when this program goes on after it was stopped, as by ^Z in a shell, until the Source is
// closed. What happened meanwhile is read only then, and nothing tells when it happened.
func (s *Source) watchStops() {
	defer s.readers.Done()
	defer s.end()
	defer signal.Stop(s.continued)
	for {
		select {
		case <-s.closing:
			return
		case <-s.continued:
		}
		now := time.Now()
		s.mu.Lock()
		s.resumed = now
		s.mu.Unlock()
		s.drain() // whatever is read later has happened since
	}
}

// Resumed returns when this program last went on after it was stopped (SIGCONT in signal(7)); zero where it was
// not. What was read then, or a little sooner, since the reader may be faster, may have happened at any time
// since its Moment.After: the program was stopped in between.
func (s *Source) Resumed() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.resumed
}

// listenToStops begins to be told of the end of a stop. That changes nothing of what the signal does.
func listenToStops() chan os.Signal {
	continued := make(chan os.Signal, 1)
	signal.Notify(continued, unix.SIGCONT)
	return continued
}
