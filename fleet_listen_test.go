package main

import (
	"fmt"
	"path/filepath"
	"testing"

	"lockscope/lock"
	"lockscope/scan/hosttest"
)

// One that serves metrics may watch other hosts, also by globs; each counts by itself, and one that is lost is said to be.
func TestFleetListen(t *testing.T) {
	t.Parallel()
	n := newSSHNet(t)
	n.start("web-01", "")
	web2 := n.start("web-02", "")
	n.alias("Host nowhere\n\tPort 1\n")
	root := hosttest.TempDir(t)
	hosttest.MakeStale(t, root+"/a/data")
	hosttest.MakeStale(t, root+"/a/other")
	cmd := n.command("--listen", ":0", "-i", "100ms", "--timeout", "1m", "--glob", "--host", "web-01", "--host", "web-02", "--host", "nowhere", root+"/*/data")
	address := addressOf(t, cmd)
	series := func(state, host string) string {
		return fmt.Sprintf("lockscope_directories{host=%q,root=%q,state=%q}", host, root, state)
	}
	for _, host := range []string{"web-01", "web-02"} {
		awaitMetric(t, address, series("stale", host), "1")
		awaitMetric(t, address, fmt.Sprintf("lockscope_host_up{host=%q}", host), "1")
	}
	awaitMetric(t, address, `lockscope_host_up{host="nowhere"}`, "0")
	l, err := lock.Acquire(filepath.Join(root, "b/data"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Release()
	awaitMetric(t, address, series("held", "web-01"), "1")
	web2.lose()
	awaitMetric(t, address, `lockscope_host_up{host="web-02"}`, "0")
	awaitMetric(t, address, series("stale", "web-02"), "1") // as it was seen last
}
