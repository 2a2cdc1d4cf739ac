package chaos

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// server is a lockscope that serves metrics, and whoever scrapes them.
type server struct {
	*program
	address       string
	quit, stopped chan struct{}
	scrapes       int
	faults        []string
}

func (c *chaos) serve(t *testing.T, probe string) *server {
	t.Helper()
	s := &server{program: c.lockscope("--listen", "127.0.0.1:0", "-i", "100ms", "--probe", probe, "--audit-log", c.audit, "--timeout", "1m", c.root), quit: make(chan struct{}), stopped: make(chan struct{})}
	s.cmd.Stderr = nil
	out, err := s.cmd.StderrPipe()
	if err == nil {
		err = s.cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(out)
	first, err := lines.ReadString('\n')
	address, ok := strings.CutPrefix(first, "lockscope: serving ")
	if !ok {
		t.Fatalf("%q: %v", first, err)
	}
	s.address = strings.TrimSpace(address)
	go func() {
		io.Copy(&s.stderr, lines)
		s.ended <- s.cmd.Wait()
	}()
	go s.scrape()
	return s
}

func (s *server) scrape() {
	defer close(s.stopped)
	for {
		select {
		case <-s.quit:
			return
		case <-time.After(scrapeEvery):
		}
		if _, err := s.directories(); err != nil {
			s.faults = append(s.faults, err.Error())
		}
		s.scrapes++
	}
}

func (s *server) endScrapes() {
	close(s.quit)
	<-s.stopped
	http.DefaultClient.CloseIdleConnections()
}

var directorySeries = regexp.MustCompile(`(?m)^lockscope_directories\{.*state="(\w+)"\} (\d+)$`)

// directories says how many directories are in each state, where there are some.
func (s *server) directories() (map[string]int, error) {
	client := &http.Client{Timeout: answerTime, Transport: http.DefaultTransport}
	answer, err := client.Get(s.address)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %v: %s", answer.Status, err, text)
	}
	states := map[string]int{}
	for _, m := range directorySeries.FindAllStringSubmatch(string(text), -1) {
		if n, _ := strconv.Atoi(m[2]); n > 0 {
			states[m[1]] += n
		}
	}
	return states, nil
}
