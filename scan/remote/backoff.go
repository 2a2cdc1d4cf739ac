package remote

import (
	"math/rand/v2"
	"time"
)

// backoff is how long to wait before a host is tried again.
type backoff struct{ next time.Duration }

// after returns the time to wait after a session that lasted so long. A quarter of it is left to chance, so
// that hosts which were lost together do not come back together.
func (b *backoff) after(lasted time.Duration) time.Duration {
	if lasted >= steady || b.next == 0 {
		b.next = firstRetry
	}
	wait := b.next
	b.next = min(2*b.next, lastRetry)
	return wait - time.Duration(rand.Int64N(int64(wait)/4+1))
}
