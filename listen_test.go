package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"lockscope/lock"
	"lockscope/scan/hosttest"
)

// listening starts a command that serves metrics, until the test ends, and returns its address.
func listening(t *testing.T, args ...string) (cmd *exec.Cmd, address string) {
	t.Helper()
	cmd = command(append([]string{"--listen", ":0", "-i", "100ms", "--timeout", "1m"}, args...)...)
	return cmd, addressOf(t, cmd)
}

// addressOf starts a command that serves metrics, until the test ends, and returns its address.
func addressOf(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	cmd.Stderr = nil
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	hosttest.Begin(t, cmd)
	line, err := bufio.NewReader(stderr).ReadString('\n')
	address, ok := strings.CutPrefix(line, "lockscope: serving http://")
	if !ok {
		t.Fatalf("it says %q: %v", line, err)
	}
	go io.Copy(io.Discard, stderr)
	return strings.TrimSuffix(address, "/metrics\n")
}

// get asks for a page.
func get(t *testing.T, method, url string) (status int, text string) {
	t.Helper()
	request, err := http.NewRequest(method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := (&http.Client{Timeout: hosttest.Patience}).Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(body)
}

// awaitMetric waits until a metric has a value.
func awaitMetric(t *testing.T, address, series, value string) {
	t.Helper()
	hosttest.Eventually(t, series+" is "+value, func() bool {
		_, text := get(t, "GET", "http://"+address+"/metrics")
		return strings.Contains(text, "\n"+series+" "+value+"\n")
	})
}

// What changes is served, to whoever only reads, and a signal ends it.
func TestListen(t *testing.T) {
	root := staleTree(t, "a", "b")
	l, err := lock.Acquire(filepath.Join(root, "c"))
	if err != nil {
		t.Fatal(err)
	}
	cmd, address := listening(t, root)
	if host, _, _ := net.SplitHostPort(address); host != "127.0.0.1" {
		t.Errorf("it listens on %s", address)
	}
	hosttest.Eventually(t, "it is healthy", func() bool {
		status, text := get(t, "GET", "http://"+address+"/healthz")
		return status == 200 && text == "ok\n"
	})
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	series := func(state string) string {
		return fmt.Sprintf("lockscope_directories{host=%q,root=%q,state=%q}", host, root, state)
	}
	awaitMetric(t, address, series("stale"), "2")
	awaitMetric(t, address, series("held"), "1")
	if err := l.Release(); err != nil {
		t.Fatal(err)
	}
	awaitMetric(t, address, series("free"), "1")
	if out, err := command("--break-stale", "--yes", root).Output(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	awaitMetric(t, address, series("free"), "3")
	awaitMetric(t, address, `lockscope_breaks_total{outcome="removed"}`, "2")

	for path, want := range map[string]int{"GET /": 404, "GET /metrics/x": 404, "GET /debug/pprof/": 404,
		"POST /metrics": 405, "DELETE /metrics": 405, "PUT /healthz": 405, "HEAD /metrics": 200} {
		method, path, _ := strings.Cut(path, " ")
		if status, _ := get(t, method, "http://"+address+path); status != want {
			t.Errorf("%s %s: status %d, want %d", method, path, status, want)
		}
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if status := exitStatus(t, cmd); status != 0 {
		t.Errorf("ended with %d", status)
	}
}

// Clients that have been answered, and keep their connections open, give way to another one.
func TestListenIdleClients(t *testing.T) {
	_, address := listening(t, t.TempDir())
	for range 50 { // more than it has room for
		idle, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { idle.Close() })
		idle.SetDeadline(time.Now().Add(hosttest.Patience))
		fmt.Fprint(idle, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
		began := time.Now()
		if line, err := bufio.NewReader(idle).ReadString('\n'); err != nil || !strings.Contains(line, "HTTP/1.1 ") {
			t.Fatalf("%q, %v after %v", line, err, time.Since(began))
		}
	}
	if status, _ := get(t, "GET", "http://"+address+"/metrics"); status != 200 {
		t.Errorf("status %d", status)
	}
}

// Clients that say nothing, or too much, keep nobody out and are cut off.
func TestListenBadClients(t *testing.T) {
	_, address := listening(t, t.TempDir())
	for range 40 { // more than it has room for
		idle, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { idle.Close() })
	}
	large, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { large.Close() })
	large.SetDeadline(time.Now().Add(hosttest.Patience))
	go fmt.Fprintf(large, "GET /metrics HTTP/1.1\r\nHost: x\r\nX: %s\r\n\r\n", strings.Repeat("x", 1<<20))
	if line, err := bufio.NewReader(large).ReadString('\n'); !strings.Contains(line, " 431 ") {
		t.Errorf("a request of 1 MiB is answered by %q, %v", line, err)
	}
	if status, _ := get(t, "GET", "http://"+address+"/metrics"); status != 200 {
		t.Errorf("status %d", status)
	}
}
