package pool

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// An answer is waited for until the context ends, and taken where it is there by then.
func TestAwait(t *testing.T) {
	for name, test := range map[string]struct {
		takes, limit time.Duration
		want         bool
	}{
		"at once":  {0, time.Second, true},
		"in time":  {time.Second, 2 * time.Second, true},
		"too late": {3 * time.Second, 2 * time.Second, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				defer time.Sleep(test.takes) // until what is left behind has ended
				ctx, cancel := context.WithTimeout(t.Context(), test.limit)
				defer cancel()
				start := time.Now()
				answer, ok := Await(ctx, func() int { time.Sleep(test.takes); return 7 })
				if ok != test.want || ok != (answer == 7) || time.Since(start) != min(test.takes, test.limit) {
					t.Errorf("%d, %v after %v", answer, ok, time.Since(start))
				}
			})
		})
	}
}

// Where the context has ended before, an answer that is there is taken all the same.
func TestAwaitEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		if answer, ok := Await(ctx, func() int { cancel(); return 7 }); answer != 7 && ok {
			t.Errorf("%d, %v", answer, ok)
		}
		if _, ok := Await(ctx, func() int { time.Sleep(time.Second); return 7 }); ok {
			t.Error("an answer was waited for after the end")
		}
		time.Sleep(time.Second)
	})
}
