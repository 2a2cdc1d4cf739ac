package chaos

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// line is one of lockscope's ndjson, as far as the referee needs it. From is a state or a process.
type line struct {
	Type, Path, State, Summary, Error string
	Reasons                           []string
	Observed, Acquired                time.Time
	Holders                           []struct{ PID int }
	From                              json.RawMessage
	To                                struct{ PID int }
	RolledBack                        bool     `json:"rolled_back"`
	Gap                               *float64 `json:"gap_ms"`
	GapAtMost                         *float64 `json:"gap_at_most_ms"`
	Dirs                              int
}

// program is a lockscope that runs.
type program struct {
	cmd    *exec.Cmd
	stderr bytes.Buffer
	ended  chan error
}

func (c *chaos) lockscope(args ...string) *program {
	p := &program{cmd: exec.Command(c.binary, args...), ended: make(chan error, 1)}
	p.cmd.Env = append(os.Environ(), "XDG_CONFIG_HOME="+c.state, "XDG_STATE_HOME="+c.state)
	p.cmd.Stderr = &p.stderr
	return p
}

// stop ends it by a signal, as systemd does. It must end well.
func (p *program) stop(t *testing.T) {
	t.Helper()
	p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case err := <-p.ended:
		if err != nil {
			t.Errorf("%v ended with %v: %s", p.cmd.Args, err, p.stderr.String())
		}
	case <-time.After(answerTime):
		p.cmd.Process.Kill()
		t.Errorf("%v does not end", p.cmd.Args)
	}
}

// watcher is one that watches, and what it has said.
type watcher struct {
	*program
	mu       sync.Mutex
	verdicts map[string][]verdict
	handoffs []toldHandoff
	errors   []string
	passes   int
	bad      []string // lines that cannot be read
}

func (c *chaos) watch(t *testing.T, probe string) *watcher {
	t.Helper()
	w := &watcher{program: c.lockscope("-w", "-o", "ndjson", "-i", "100ms", "--probe", probe, "--timeout", "1m", c.root), verdicts: map[string][]verdict{}}
	out, err := w.cmd.StdoutPipe()
	if err == nil {
		err = w.cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		for lines := bufio.NewReaderSize(out, 1<<20); ; {
			text, err := lines.ReadString('\n')
			if err != nil {
				break
			}
			w.hear(text)
		}
		w.ended <- w.cmd.Wait()
	}()
	return w
}

func (w *watcher) hear(text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var l line
	if err := json.Unmarshal([]byte(text), &l); err != nil {
		w.bad = append(w.bad, fmt.Sprintf("%v: %s", err, text))
		return
	}
	read, wall := clocks()
	at := func(t time.Time) moment { return read - moment(wall.Sub(t)) }
	switch l.Type {
	case "dir", "change":
		v := verdict{path: l.Path, state: l.State, reasons: l.Reasons, summary: l.Summary, read: read}
		v.span = span{at(l.Observed), at(l.Observed)}.wider(lookTakes, rounding)
		for _, h := range l.Holders {
			v.holders = append(v.holders, h.PID)
		}
		w.verdicts[l.Path] = append(w.verdicts[l.Path], v)
	case "gone":
		w.verdicts[l.Path] = append(w.verdicts[l.Path], verdict{path: l.Path, state: "gone", read: read, span: span{read - moment(goneTakes), read}})
	case "handoff":
		h := toldHandoff{path: l.Path, to: l.To.PID, rolledBack: l.RolledBack, acquired: at(l.Acquired), atMost: l.GapAtMost != nil}
		var from struct{ PID int }
		json.Unmarshal(l.From, &from)
		h.from = from.PID
		if ms := l.Gap; ms != nil {
			h.gap = time.Duration(*ms * float64(time.Millisecond))
		} else if ms := l.GapAtMost; ms != nil {
			h.gap = time.Duration(*ms * float64(time.Millisecond))
		}
		w.handoffs = append(w.handoffs, h)
	case "error":
		w.errors = append(w.errors, l.Path+": "+l.Error)
	case "summary":
		w.passes++
	}
}

// last is what it said last of each path that is not gone.
func (w *watcher) last() map[string]verdict {
	w.mu.Lock()
	defer w.mu.Unlock()
	last := map[string]verdict{}
	for path, vs := range w.verdicts {
		if v := vs[len(vs)-1]; v.state != "gone" {
			last[path] = v
		}
	}
	return last
}

func (w *watcher) passed() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.passes
}

// use is what a process takes of the host.
type use struct {
	Descriptors, Watches, Threads int
	Memory                        int64
}

func useOf(t *testing.T, pid int) (u use) {
	t.Helper()
	dir := fmt.Sprintf("/proc/%d/", pid)
	fds, err := os.ReadDir(dir + "fdinfo")
	if err != nil {
		t.Fatal(err)
	}
	u.Descriptors = len(fds)
	for _, fd := range fds {
		text, _ := os.ReadFile(dir + "fdinfo/" + fd.Name())
		u.Watches += strings.Count(string(text), "inotify wd:")
	}
	tasks, _ := os.ReadDir(dir + "task")
	u.Threads = len(tasks)
	var pages, resident int64
	text, _ := os.ReadFile(dir + "statm")
	fmt.Sscan(string(text), &pages, &resident)
	u.Memory = resident * int64(unix.Getpagesize())
	return u
}

// grown returns what a process takes more than at first, and more than it may.
func grown(first, last use) (faults []string) {
	check := func(what string, is, most int64) {
		if is > most {
			faults = append(faults, fmt.Sprintf("%s: %d, and at most %d", what, is, most))
		}
	}
	check("descriptors", int64(last.Descriptors), int64(first.Descriptors+moreDescriptors))
	check("watches", int64(last.Watches), int64(first.Watches+moreWatches))
	check("threads", int64(last.Threads), mostThreads)
	check("memory", last.Memory, first.Memory+moreMemory)
	return faults
}
