package chaos

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"lockscope/scan/hosttest"
)

// chaos is one run.
type chaos struct {
	seed    uint64
	time    time.Duration
	isRoot  bool
	self    string // this test
	binary  string // lockscope
	rust    string // rs-holder; "" if it is not here
	root    string // what lockscope watches
	base    string // what the test makes is below this
	state   string // for lockscope's own files
	audit   string
	started started
}

func newChaos(t *testing.T) *chaos {
	t.Helper()
	c := &chaos{seed: uint64(time.Now().UnixNano() % 1_000_000), time: usualTime, isRoot: os.Geteuid() == 0, rust: os.Getenv("LOCKSCOPE_RS_HOLDER")}
	var err error
	if text := os.Getenv("LOCKSCOPE_CHAOS_SEED"); text != "" {
		if c.seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal("LOCKSCOPE_CHAOS_SEED: ", err)
		}
	}
	if text := os.Getenv("LOCKSCOPE_CHAOS_TIME"); text != "" {
		if c.time, err = time.ParseDuration(text); err != nil {
			t.Fatal("LOCKSCOPE_CHAOS_TIME: ", err)
		}
	}
	t.Logf("LOCKSCOPE_CHAOS_SEED=%d LOCKSCOPE_CHAOS_TIME=%v", c.seed, c.time)
	if c.rust == "" {
		t.Log("without daemons in Rust: LOCKSCOPE_RS_HOLDER is not set")
	}
	if c.self, err = os.Executable(); err != nil {
		t.Fatal(err)
	}
	base := hosttest.TempDir(t)
	c.base = base
	c.root, c.state, c.audit = hosttest.MakeDir(t, base+"/root"), hosttest.MakeDir(t, base+"/state"), base+"/audit.ndjson"
	hosttest.MakeDir(t, c.root+"/attic")
	c.binary = base + "/lockscope"
	build := exec.Command("go", "build", "-buildvcs=false", "-o", c.binary, "lockscope")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	// What inherited a lock from a daemon that has ended becomes this test's child, and is waited for.
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)
		c.nothingLeft(t, base)
	})
	return c
}

// nothingLeft finds what the test left behind: mounts and processes.
func (c *chaos) nothingLeft(t *testing.T, base string) {
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		t.Error(err)
	}
	for l := range strings.Lines(string(mounts)) {
		if at := strings.Fields(l)[4]; strings.HasPrefix(at, base) {
			t.Errorf("%s is still mounted", at)
			unix.Unmount(at, unix.MNT_DETACH)
		}
	}
	// Whose parent has ended is this test's child now.
	children, _ := filepath.Glob("/proc/self/task/*/children")
	for _, file := range children {
		pids, _ := os.ReadFile(file)
		for _, pid := range strings.Fields(string(pids)) {
			command, _ := os.ReadFile("/proc/" + pid + "/cmdline")
			t.Errorf("process %s is left: %q", pid, command)
		}
	}
}

func TestChaos(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	hosttest.NeedTool(t, "go")
	c := newChaos(t)
	var drivers []*driver
	for i := range directories {
		path := fmt.Sprintf("%s/shard-%d/tenant-%02d", c.root, i%5, i)
		hosttest.MakeDir(t, filepath.Dir(path))
		drivers = append(drivers, newDriver(c, i+1, path))
		hosttest.MakeData(t, path)
		drivers[i].other = hosttest.MakeData(t, fmt.Sprintf("%s/others/%02d", c.base, i))
		drivers[i].files = 1
		drivers[i].becomes(span{0, now()}, facts{Writers: drivers[i].number * 1_000_000})
	}
	t.Cleanup(func() {
		for _, d := range drivers {
			d.endAll()
		}
	})

	probes := []string{"auto", "never"}
	if c.seed%2 == 1 {
		slices.Reverse(probes)
	}
	w, s := c.watch(t, probes[0]), c.serve(t, probes[1])
	t.Cleanup(func() { w.cmd.Process.Kill(); s.cmd.Process.Kill() })
	hosttest.Eventually(t, "both have looked at all", func() bool {
		states, err := s.directories()
		n := 0
		for _, count := range states {
			n += count
		}
		return err == nil && n == directories && w.passed() > 0
	})
	first := map[string]use{"the watch": useOf(t, w.cmd.Process.Pid), "the server": useOf(t, s.cmd.Process.Pid)}
	b := c.breakStale()

	stop := make(chan struct{})
	var running sync.WaitGroup
	for _, d := range drivers {
		running.Go(func() { d.run(stop) })
	}
	time.Sleep(c.time)
	close(stop)
	running.Wait()

	r := &referee{t: t, c: c, drivers: drivers, w: w, s: s}
	r.wholeTruth() // what is stale goes, and all the rest is told as it is
	watched := now()
	for _, d := range drivers {
		d.endAll()
	}
	r.wholeTruth() // nobody holds anything
	b.end()
	s.endScrapes()
	r.growth(first)
	w.stop(t)
	s.stop(t)
	r.judge(b, watched)
}

// endAll ends all processes of a directory.
func (d *driver) endAll() {
	for _, p := range slices.Concat(d.idle, d.former) {
		d.kill(p)
	}
	d.idle, d.former = nil, nil
	if d.holder != nil {
		d.kill(d.holder)
	}
	d.killHeirs()
}
