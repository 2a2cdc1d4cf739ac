package cli

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"time"

	"lockscope/scan/report"
	"lockscope/ui"
	"lockscope/ui/print"
)

// runListen watches without a screen, and serves what it sees to a monitoring system, until a signal ends it. It
// returns the exit status.
func runListen(ctx context.Context, s *settings, stderr *ui.Output) int {
	// A fleet tells summaries while anything is told. Whether it is well says the scan of this host, if that is one of
	// several: of the others there are metrics.
	health := newHealth(s.Interval.Duration, s.Timeout.Duration, time.Now())
	var metrics *print.Metrics
	s.heardHere = func(u report.Update) {
		health.update(u, time.Now())
		if u.Summary != nil {
			metrics.Looked(time.Now())
		}
	}
	sc, err := newScanning(s, 0, stderr)
	if err != nil {
		printError(stderr, err)
		return exitUsage
	}
	listener, err := net.Listen("tcp", s.listen.text)
	if err != nil {
		printError(stderr, fmt.Errorf("--listen: %w", err))
		return exitIncomplete
	}
	s.kept = s.giveUpPrivileges(false)
	fmt.Fprintf(stderr, "lockscope: serving http://%s/metrics\n", listener.Addr())
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	opt := s.printOptions()
	opt.Hosts = sc.names()
	metrics = print.NewMetrics(opt, true)
	server := newServer(stderr)
	connections := newLimited(listener, mostConnections)
	served := make(chan struct{})
	go func() {
		defer close(served)
		if err := connections.serve(server, routes(metrics, health)); !errors.Is(err, http.ErrServerClosed) {
			end(fmt.Errorf("--listen: %w", err))
		}
	}()
	go countBreaks(ctx, s, metrics, stderr)
	err = sc.source.Run(ctx, func(u report.Update) {
		metrics.Update(u)
		if sc.fleet == nil || !s.here {
			health.update(u, time.Now())
		}
		sc.showProgress(sc.reportErrors(u).Progress)
	})
	sc.endProgress()
	closing, cancel := context.WithTimeout(context.Background(), shutdownWithin)
	defer cancel()
	if server.Shutdown(closing) != nil {
		server.Close()
	}
	<-served
	if _, stopped := stoppedBy(ctx); !stopped && ctx.Err() != nil { // the server failed
		err = context.Cause(ctx)
	}
	return sc.status(ctx, err)
}

// routes are those to the metrics and to the health. Whoever can reach them can read only, and learns nothing else.
func routes(metrics *print.Metrics, health *health) http.Handler {
	routes := http.NewServeMux()
	routes.Handle("GET /metrics", metrics.Handler(mostScrapes, scrapeWithin))
	routes.Handle("GET /healthz", health)
	return routes
}

// newServer returns a server which nobody can hold on to.
func newServer(stderr *ui.Output) *http.Server {
	return &http.Server{
		ReadHeaderTimeout:            readWithin,
		ReadTimeout:                  readWithin,
		WriteTimeout:                 writeWithin,
		IdleTimeout:                  idleWithin,
		MaxHeaderBytes:               mostHeader,
		DisableGeneralOptionsHandler: true,
		ErrorLog:                     log.New(errorLines{stderr}, "", 0),
	}
}

// errorLines writes the server's errors, which have to do with what a client sent, as all others are written.
type errorLines struct{ stderr *ui.Output }

func (e errorLines) Write(text []byte) (int, error) {
	printError(e.stderr, fmt.Errorf("--listen: %.500s", text))
	return len(text), nil
}

// countBreaks counts the attempts to break a stale lock that are written to the audit log, until ctx ends. This
// program makes none while it serves. The log may be on a file system that hangs, so nobody waits for this.
func countBreaks(ctx context.Context, s *settings, metrics *print.Metrics, stderr *ui.Output) {
	tail, err := s.auditLog().Tail()
	for err == nil {
		select {
		case <-ctx.Done():
			return
		case <-time.After(auditEvery):
		}
		var outcomes []report.Outcome
		outcomes, err = tail.Next()
		for _, o := range outcomes {
			metrics.Broken(o)
		}
	}
	printError(stderr, fmt.Errorf("breaks are not counted: the audit log: %w", err))
}
