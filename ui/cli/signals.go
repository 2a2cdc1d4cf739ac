package cli

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"
)

// caught is why a context ended: a signal asked for it.
type caught struct{ syscall.Signal }

func (c caught) Error() string { return "stopped by signal: " + c.String() }

// status is the exit status of who stops for it.
func (c caught) status() int { return exitSignal + int(c.Signal) }

// stoppedBy is the signal that ended a context, if one did.
func stoppedBy(ctx context.Context) (sig caught, stopped bool) {
	return sig, errors.As(context.Cause(ctx), &sig)
}

// untilSignal returns a context that ends, with caught as its cause, at the
// first signal that asks the program to stop. A second one kills it at once, for
// someone who will not wait. What the parent process ignores stays ignored:
// that is how nohup works.
func untilSignal() (ctx context.Context, stop func()) {
	// Unless asked for, a closed pipe would kill the program before it cleans up.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)

	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 1) // buffered not to miss the one
	for _, sig := range []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		if !signal.Ignored(sig) {
			signal.Notify(signals, sig)
		}
	}
	go func() {
		select {
		case sig := <-signals:
			signal.Stop(signals)
			cancel(caught{sig.(syscall.Signal)})
		case <-ctx.Done():
		}
	}()
	return ctx, func() { cancel(nil) }
}
