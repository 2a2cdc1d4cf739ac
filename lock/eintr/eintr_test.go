package eintr_test

import (
	"testing"

	"golang.org/x/sys/unix"

	"lockscope/lock/eintr"
)

func TestRetry(t *testing.T) {
	for name, test := range map[string]struct {
		interrupted int
		then, want  error
		calls       int
	}{
		"not interrupted": {0, nil, nil, 1},
		"an error":        {0, unix.EIO, unix.EIO, 1},
		"once":            {1, nil, nil, 2},
		"and an error":    {3, unix.ENOENT, unix.ENOENT, 4},
		"for ever":        {1 << 30, nil, unix.EINTR, 1000},
	} {
		t.Run(name, func(t *testing.T) {
			calls := 0
			err := eintr.Retry(func() error {
				if calls++; calls <= test.interrupted {
					return unix.EINTR
				}
				return test.then
			})
			if err != test.want || calls != test.calls {
				t.Errorf("%v after %d calls, want %v after %d", err, calls, test.want, test.calls)
			}
		})
	}
}
