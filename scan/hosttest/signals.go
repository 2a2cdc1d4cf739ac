package hosttest

import (
	"os"
	"os/signal"
	"syscall"
)

// HearSignals has the commands that tests start end by a signal also where whoever started the tests ignores it, as
// nohup(1) does, and a shell for what it runs in the background. Each program hands that on to those that it starts
// (signal(7)), unless it handles the signal itself.
func HearSignals() {
	for _, sig := range []os.Signal{syscall.SIGHUP, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGTERM} {
		if signal.Ignored(sig) {
			signal.Notify(make(chan os.Signal, 1), sig)
		}
	}
}
