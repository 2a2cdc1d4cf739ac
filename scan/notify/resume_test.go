package notify

import (
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"lockscope/scan/hosttest"
)

// When the program goes on after a stop is known, and all that had happened before is read then.
func TestResumed(t *testing.T) {
	l := listen(t, Config{}, hostLimits())
	if at := l.Resumed(); !at.IsZero() {
		t.Errorf("resumed at %v, and nobody stopped it", at)
	}
	for range 3 {
		before := time.Now()
		try(t, unix.Kill(os.Getpid(), unix.SIGCONT))
		hosttest.Eventually(t, "it is known that the program went on", func() bool { return l.Resumed().After(before) })
	}
	resumed := l.Resumed()
	hosttest.Eventually(t, "all is read", func() bool {
		l.queue.mu.Lock()
		defer l.queue.mu.Unlock()
		return l.queue.emptied.After(resumed)
	})
}
