package remote

import (
	"context"
	"sync"
)

// slots limits how many hosts are connected to at a time.
type slots chan struct{}

// take waits for a slot. release gives it back; it may be called more than once. The error is ctx's.
func (s slots) take(ctx context.Context) (release func(), err error) {
	select {
	case s <- struct{}{}:
		return sync.OnceFunc(func() { <-s }), nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
