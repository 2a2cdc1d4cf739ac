package scan

import (
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"lockscope/lock/locktest"
	"lockscope/scan/hosttest"
	"lockscope/scan/report"
)

// A hand-off is told, with both processes and the time between: also one that the next follows at once, and
// one that is taken back. While nobody holds the lock and the releaser lives, it is being handed over.
func TestHandoffs(t *testing.T) {
	for place, root := range hosttest.Places(t) {
		t.Run(place, func(t *testing.T) {
			p := newPassing(t, root)
			first, second := p.owner, p.daemon(t)

			p.release(t, first)
			r := p.w.untilState(t, p.dir, report.Free)
			hosttest.WantVerdict(t, r, report.Free, report.HandingOver)
			released := time.Now()
			acquire(t, second)
			h := p.told(t, 1)
			wantHandoff(t, h, p.dir, first, second, false)
			if h.AtMost || h.Gap < h.Acquired.Sub(released) {
				t.Errorf("a gap of %v, acquired %v after the release", h.Gap, h.Acquired.Sub(released))
			}
			const tick = 10 * time.Millisecond // of the kernel's clock, by which a file's time may be too early
			if since := p.untilHeldBy(t, second).Since; since.AtLeast || since.At.Before(released.Add(-tick)) {
				t.Errorf("held since %v, released at %v", since, released)
			}

			// What follows at once is told as well, more often than the directory is looked at.
			told, giver, taker := 1, second, first
			for range 10 {
				p.release(t, giver)
				acquire(t, taker)
				told++
				wantHandoff(t, p.told(t, told), p.dir, giver, taker, false)
				giver, taker = taker, giver
			}

			p.release(t, giver)
			acquire(t, giver)
			told++
			wantHandoff(t, p.told(t, told), p.dir, giver, giver, true)

			// A successor that dies gives it back.
			p.release(t, giver)
			acquire(t, taker)
			told++
			wantHandoff(t, p.told(t, told), p.dir, giver, taker, false)
			p.untilHeldBy(t, taker)
			taker.Kill()
			p.w.untilState(t, p.dir, report.Stale)
			acquire(t, giver)
			told++
			wantHandoff(t, p.told(t, told), p.dir, taker, giver, true)
			p.wantTold(t, told)
		})
	}
}

// A hand-off between containers, whose pidfiles both name 1, is told with the PIDs that the two have here.
func TestHandoffOfContainers(t *testing.T) {
	hosttest.NeedRoot(t, "make namespaces")
	root := t.TempDir()
	world := locktest.TestWorld(t)
	site, err := world.Play(filepath.Join(root, "kv"), locktest.Containers[0])
	if err != nil {
		t.Skip("needs PID namespaces: ", err)
	}
	p := &passing{world: world, dir: site.Dir, owner: site.Procs[0], w: watchEvents(t, root)}
	p.w.untilState(t, p.dir, report.Held)
	next, err := world.Contained(p.dir)
	if err != nil {
		t.Fatal(err)
	}
	p.release(t, p.owner)
	hosttest.WantVerdict(t, p.w.untilState(t, p.dir, report.Free), report.Free, report.HandingOver)
	acquire(t, next)
	wantHandoff(t, p.told(t, 1), p.dir, p.owner, next, false)
}

// A script with flock(1) writes its pidfile in place, after it has made it: what is handed to it is told too.
func TestHandoffToScript(t *testing.T) {
	hosttest.NeedTool(t, "flock")
	p := newPassing(t, t.TempDir())
	script := exec.Command("sh", "-c", `exec 9>>.handoff.lock; flock -n 9 && : > .handoff.pidfile && read _ && echo $$ > .handoff.pidfile; read _`)
	script.Dir = p.dir
	in, err := script.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.release(t, p.owner)
	p.w.untilState(t, p.dir, report.Free)
	if err := script.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { in.Close(); script.Process.Kill(); script.Wait() })
	p.w.untilState(t, p.dir, report.Unnamed)
	if _, err := in.Write([]byte("\n")); err != nil {
		t.Fatal(err)
	}
	p.w.monitor.Observe() // to write in place makes no event
	p.untilHeldBy(t, &locktest.Proc{PID: script.Process.Pid})
	wantHandoff(t, p.told(t, 1), p.dir, p.owner, &locktest.Proc{PID: script.Process.Pid}, false)
}
