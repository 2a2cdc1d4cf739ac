package cli

import (
	"context"
	"path/filepath"

	"lockscope/lock/locktest"
)

// openSandbox makes directories in every state in a temporary directory, with real processes and locks, and
// makes that directory the only root. If watched is true, daemons come and go there. end ends the
// processes and removes it all. So does the end of this program, however it comes.
func openSandbox(s *settings, watched bool) (end func() error, err error) {
	sandbox, err := locktest.Demo("")
	if err != nil {
		return nil, err
	}
	s.Roots = []string{sandbox.Root}
	if s.AuditLog == "" { // what is broken in a sandbox does not belong in the user's log
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
