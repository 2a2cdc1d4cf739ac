package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lockscope/scan/hosttest"
)

// A host whose lockscope answers and looks at nothing any more is told as lost, and what is known of it as old. Its session
// goes on: another lockscope would only wait for the same. It is back as soon as it looks again.
func TestFleetStalledHost(t *testing.T) {
	t.Parallel()
	n := newSSHNet(t)
	flag := filepath.Join(n.dir, "goes-on")
	n.start("web-01", n.fake("stalled", `echo started >>`+n.dir+`/starts
echo '{"type":"hello","version":"v1","host":"x","format":1,"heartbeat":5}
{"type":"dir","path":"/srv/a","root":"/srv","state":"held"}
{"type":"summary","dirs":1,"states":{"held":1}}
{"type":"heartbeat"}'
while ! [ -e `+flag+` ]; do echo '{"type":"heartbeat","stalled":70}'; sleep 0.1; done
while echo '{"type":"heartbeat"}'; do sleep 0.1; done`))
	next := watchFleet(t, n.command("--host", "web-01", "-w", "-o", "ndjson", "/srv"))
	l := untilLine(t, next, "about the host", func(l fleetLine) bool { return l.Type == "host" })
	if l.Connected || len(l.Reasons) != 1 || l.Reasons[0] != "host-stalled" ||
		!strings.HasPrefix(l.Summary, "web-01 answers, and does not look at its directories any more. What is shown of it is as of ") {
		t.Errorf("%+v", l)
	}
	hosttest.WriteFile(t, flag, "")
	if l = untilLine(t, next, "about the host", func(l fleetLine) bool { return l.Type == "host" }); !l.Connected {
		t.Errorf("%+v", l)
	}
	if starts, err := os.ReadFile(n.dir + "/starts"); err != nil || string(starts) != "started\n" {
		t.Errorf("it was started again: %q, %v", starts, err)
	}
}
