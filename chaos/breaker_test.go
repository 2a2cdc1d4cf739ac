package chaos

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"
)

// breaker breaks whatever is stale, again and again.
type breaker struct {
	stop, stopped chan struct{}
	passes        int
	faults        []string
}

func (c *chaos) breakStale() *breaker {
	b := &breaker{stop: make(chan struct{}), stopped: make(chan struct{})}
	go func() {
		defer close(b.stopped)
		for {
			select {
			case <-b.stop:
				return
			case <-time.After(breakEvery):
			}
			p := c.lockscope("--break-stale", "--yes", "--audit-log", c.audit, "--timeout", "1m", c.root)
			err := p.cmd.Run()
			var exit *exec.ExitError
			if err != nil && !(errors.As(err, &exit) && exit.ExitCode() == 1) { // 1: one was refused, since it had changed
				b.faults = append(b.faults, fmt.Sprintf("%v: %v: %s", p.cmd.Args, err, p.stderr.String()))
			}
			b.passes++
		}
	}()
	return b
}

func (b *breaker) end() {
	close(b.stop)
	<-b.stopped
}

// broken is a break on record: the pidfile went in the span.
type broken struct {
	span
	path string
}

// breaks reads the audit log: what was removed, and when, and how often that was refused or failed.
func (c *chaos) breaks() (removed []broken, outcomes map[string]int, err error) {
	f, err := os.Open(c.audit)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil, nil
	} else if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	read, wall := clocks()
	outcomes = map[string]int{}
	began := map[string]moment{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var r struct {
			Time                        time.Time
			Dir, Phase, Outcome, Reason string
			PID                         int
			Files                       []string
		}
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			return nil, nil, err
		}
		at, key := read-moment(wall.Sub(r.Time)), fmt.Sprint(r.PID, r.Dir)
		if r.Phase == "intent" {
			began[key] = at
			continue
		}
		outcomes[strings.TrimSpace(r.Outcome+" "+r.Reason)]++
		if r.Outcome == "removed" {
			removed = append(removed, broken{span{began[key] - moment(rounding), at + moment(rounding)}, r.Dir})
		}
	}
	return removed, outcomes, nil
}
