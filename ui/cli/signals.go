package cli

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"
)

// stopSignal is why a context ended: this signal asked the program to stop.
type stopSignal struct{ syscall.Signal }

func (c stopSignal) Error() string { return "stopped by signal: " + c.String() }

// status returns the exit status of a program that stops for the signal.
func (c stopSignal) status() int { return exitSignal + int(c.Signal) }

// stoppedBy returns the signal that ended a context, if one did.
func stoppedBy(ctx context.Context) (sig stopSignal, stopped bool) {
	return sig, errors.As(context.Cause(ctx), &sig)
}

// untilSignal returns a context that ends at the first signal that asks the program to stop, with a
// stopSignal as its cause. A second signal kills the program at once, for someone who will not wait. A
// signal that was ignored when the program started stays ignored: that is how nohup(1) works.
func untilSignal() (ctx context.Context, stop func()) {
	// Unless asked for, a closed pipe would kill the program before it cleans up.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)

	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 1) // buffered: Notify does not wait for a receiver
	for _, sig := range []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		if !signal.Ignored(sig) {
			signal.Notify(signals, sig)
		}
	}
	go func() {
		select {
		case sig := <-signals:
			signal.Stop(signals)
			cancel(stopSignal{sig.(syscall.Signal)})
		case <-ctx.Done():
		}
	}()
	return ctx, func() { cancel(nil) }
}
