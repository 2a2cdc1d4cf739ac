package cli

import (
	"context"
	"path/filepath"

	"lockscope/lock/locktest"
)

// openSandbox makes directories in every state in a temporary directory, with
// real processes and locks, and points the scan there. Where somebody watches
// they live on, and daemons come and go. What it returns ends the processes and
// removes it all; so does the end of this program, however it comes.
func openSandbox(s *settings, watched bool) (end func() error, err error) {
	sandbox, err := locktest.Demo("")
	if err != nil {
		return nil, err
	}
	s.Roots = []string{sandbox.Root}
	if s.AuditLog == "" { // what is broken in a sandbox is not for the record
		s.AuditLog = filepath.Join(sandbox.Root, "audit.ndjson")
	}
	if !watched {
		return sandbox.Close, nil
	}
	ctx, still := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		sandbox.Live(ctx)
	}()
	return func() error {
		still()
		<-ended
		return sandbox.Close()
	}, nil
}
