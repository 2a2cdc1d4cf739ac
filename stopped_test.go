package main

import (
	"fmt"
	"maps"
	"os"
	"syscall"
	"testing"

	"lockscope/lock/locktest"
	"lockscope/lock/proc"
	"lockscope/scan/hosttest"
)

// While the watch is stopped, as by a debugger or a full disk of a virtual machine, more happens than its queue of
// events can hold: a daemon restarts, locks become stale and free, directories come and go. When it goes on it
// tells what is so then, and no hand-off, since there was none. A daemon that is stopped keeps its lock all the time.
func TestWatchStoppedPastItsQueue(t *testing.T) {
	most, err := proc.Host.Sysctl("fs/inotify/max_queued_events")
	if err != nil || most > 1_000_000 {
		t.Skipf("the queue of events holds %d (%v)", most, err)
	}
	root := hosttest.TempDir(t)
	w := locktest.TestWorld(t)
	stopped := hosttest.Play(t, w, root+"/stopped", locktest.HeldPlain)
	restarted := hosttest.Play(t, w, root+"/restarted", locktest.HeldPlain)
	if err := stopped.Procs[0].Pause(); err != nil {
		t.Fatal(err)
	}
	var busy []string
	for i := range 20 {
		busy = append(busy, hosttest.MakeStale(t, fmt.Sprintf("%s/busy-%02d", root, i)))
	}
	cmd := command("-w", "-o", "ndjson", "-i", "100ms", "--timeout", "1m", root)
	next := follow(t, cmd)
	told := states{}
	take := func(l line) {
		told.take(t, l)
		if l.Type == "handoff" || l.Path == stopped.Dir && l.State != "held" {
			t.Errorf("%+v", l)
		}
	}
	for l := next(); l.Type != "summary"; l = next() {
		take(l)
	}
	hosttest.Stop(t, cmd)
	for i := range most { // each makes two events
		temp := busy[i%len(busy)] + "/.handoff.pidfile.tmp"
		hosttest.WriteFile(t, temp, "")
		if err := os.Remove(temp); err != nil {
			t.Fatal(err)
		}
	}
	restarted.Procs[0].Kill()
	if daemon, err := w.Daemon(restarted.Dir); err != nil {
		t.Fatal(err)
	} else if err := daemon.Acquire(); err != nil {
		t.Fatal(err)
	}
	for i, dir := range busy {
		switch i % 4 {
		case 0:
			os.Remove(dir + "/.handoff.pidfile")
		case 1:
			os.RemoveAll(dir)
		case 2:
			hosttest.MakeStale(t, dir+"-new")
		}
	}
	cmd.Process.Signal(syscall.SIGCONT)
	want := statesNow(t, root)
	if want[stopped.Dir] != "held" || want[restarted.Dir] != "held" || want[busy[0]] != "free" || want[busy[2]+"-new"] != "stale" {
		t.Fatalf("found %v", want)
	}
	for !maps.Equal(told, want) {
		take(next())
	}
	if err := stopped.Procs[0].Resume(); err != nil {
		t.Fatal(err)
	}
}
