package chaos

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"lockscope/lock"
)

// driver does things with one directory, one after the other, and writes down what was the case.
type driver struct {
	c      *chaos
	rand   *rand.Rand
	number int
	home   string // the directory's first path
	path   string // where it is now
	facts  facts  // what is the case there
	other  string // a data directory elsewhere, to mount over it

	idle   []*daemon // have no lock
	holder *daemon   // has the lock of the lock file that is there; nil if nobody but heirs has
	heirs  []heir    // of that lock
	former []*daemon // have that of one that was there before

	tracks   map[string]*track // by path
	changes  []change
	acquires []acquire
	current  int // the index in acquires of who has the lock; -1 if nobody
	pidfiles int // written so far
	files    int // lock files so far
	actions  map[string]int
	bursts   int // acquires in bursts and loops, besides
	trouble  []string
}

func newDriver(c *chaos, number int, path string) *driver {
	return &driver{
		c: c, number: number, home: path, path: path, rand: rand.New(rand.NewPCG(c.seed, uint64(number))), facts: facts{Missing: true},
		tracks: map[string]*track{}, current: -1, actions: map[string]int{},
	}
}

// run does one action after the other until stop is closed.
func (d *driver) run(stop <-chan struct{}) {
	for {
		select {
		case <-stop:
			return
		case <-time.After(d.pause()):
		}
		if !d.act() {
			return
		}
	}
}

// pause is how long a directory is left alone. Mostly too short for a second look; sometimes so long that whatever is
// the case must be told.
func (d *driver) pause() time.Duration {
	n := d.rand.Float64()
	switch kind := d.rand.IntN(20); {
	case kind < 11:
		return time.Duration(10+n*140) * time.Millisecond
	case kind < 17:
		return time.Duration(150+n*450) * time.Millisecond
	case kind < 19:
		return time.Duration(1500+n*4500) * time.Millisecond
	}
	return staleAfter + time.Duration(2000+n*8000)*time.Millisecond
}

// act does one action, drawn from those that are possible now. After trouble there is no going on: it is not known
// what is the case.
func (d *driver) act() bool {
	for {
		a := plan[d.rand.IntN(len(plan))]
		if !a.possible(d) {
			continue
		}
		d.actions[a.name]++
		if err := a.do(d); err != nil {
			d.trouble = append(d.trouble, fmt.Sprintf("%s: %s: %v", d.path, a.name, err))
			return false
		}
		return true
	}
}

func (d *driver) track(path string) *track {
	t := d.tracks[path]
	if t == nil {
		t = newTrack()
		d.tracks[path] = t
	}
	return t
}

// becomes notes what is the case now, since within a span.
func (d *driver) becomes(s span, next facts, between ...facts) {
	d.track(d.path).becomes(s, next, between...)
	d.facts = next.clone()
}

func (d *driver) note(kind changeKind, s span, pid int) {
	d.changes = append(d.changes, change{s, kind, pid})
}

// held notes until when the lock was held for sure.
func (d *driver) heldUntil(m moment) {
	if d.current >= 0 {
		d.acquires[d.current].until = m
		d.current = -1
	}
}

// daemon returns one in Go that has no lock.
func (d *driver) daemon() (*daemon, error) {
	if n := len(d.idle); n > 0 && (n >= mostIdle || d.rand.IntN(3) > 0) {
		i := d.rand.IntN(n)
		p := d.idle[i]
		d.idle = slices.Delete(d.idle, i, i+1)
		return p, nil
	}
	return d.c.startDaemon(d.c.isRoot && d.rand.IntN(6) == 0)
}

// takes notes that a daemon tried to acquire the lock, and what came of it.
func (d *driver) takes(p *daemon, a answer) bool {
	d.acquires = append(d.acquires, acquire{span: a.span, path: d.path, pid: p.pid, how: a.how, said: a.said})
	if a.how != "ok" {
		return false
	}
	next := d.facts.clone()
	if next.Missing || next.Writers == 0 {
		d.files++
		next.Writers = d.number*1_000_000 + d.files
	}
	empty := next.clone() // the lock file is there, and nothing else is new
	empty.Missing = false
	d.pidfiles++
	next.Missing, next.Holders, next.Taker = false, []int{p.pid}, p.pid
	locked := next.clone()
	unwritten := next.clone()
	unwritten.Pidfile = pidfile{}
	next.Pidfile = pidfile{d.pidfiles, p.pid, true}
	d.becomes(a.span, next, empty, locked, unwritten)
	d.current = len(d.acquires) - 1
	d.acquires[d.current].until, d.acquires[d.current].file = forever, next.Writers
	d.holder, d.heirs = p, nil
	d.note(acquired, a.span, p.pid)
	return true
}

// acquire has a daemon in Go acquire the lock. If it does not get it, it is idle.
func (d *driver) acquire(p *daemon) error {
	command := "acquire "
	if d.rand.IntN(3) == 0 {
		command = "break "
	}
	a, err := p.tell(command + d.path)
	if err != nil {
		return err
	}
	if !d.takes(p, a) {
		d.idle = append(d.idle, p)
	}
	return nil
}

// acquireRust starts a daemon in Rust, which acquires the lock.
func (d *driver) acquireRust() error {
	how := []string{"acquire", "break", "inherit"}[d.rand.IntN(3)]
	args := []string{how, d.path}
	if how == "inherit" {
		args = append(args, "100000")
	}
	p, a, err := d.c.startRust(args...)
	if err != nil {
		return err
	}
	if !d.takes(p, a) {
		d.end(p)
		return nil
	}
	if _, child, ok := strings.Cut(a.said, " CHILD "); ok {
		return d.inherits(a.span, child)
	}
	return nil
}

// inherits notes that a child has the descriptor too.
func (d *driver) inherits(s span, child string) error {
	pid, err := strconv.Atoi(child)
	if err != nil {
		return err
	}
	d.c.started.heirs.Add(1)
	d.heirs = append(d.heirs, heir{pid, d.holder.in})
	next := d.facts.clone()
	next.Holders = append(next.Holders, pid)
	d.becomes(s, next)
	return nil
}

// release has the holder release the lock. The one in Rust ends then: reap waits for that.
func (d *driver) release() (p *daemon, reap func(), err error) {
	p = d.holder
	a, err := p.tell("release")
	if err != nil || a.how == "failed" {
		return p, nil, fmt.Errorf("%v %v", a, err)
	}
	d.heldUntil(a.From)
	d.holder = nil
	unnamed := d.facts.clone()
	// In Go it removes the pidfile that it wrote, in Rust whichever is there.
	if p.rust || unnamed.Pidfile.PID == p.pid {
		unnamed.Pidfile = pidfile{}
	}
	next := unnamed.clone()
	next.Holders, next.Taker = nil, 0
	d.becomes(a.span, next, unnamed)
	if d.note(released, a.span, p.pid); !p.rust {
		d.idle = append(d.idle, p)
		return p, func() {}, nil
	}
	d.note(mayHaveEnded, a.span, p.pid)
	return p, func() { d.end(p) }, nil
}

// end ends a daemon that has no lock.
func (d *driver) end(p *daemon) {
	s := p.end()
	d.note(ended, s, p.pid)
	d.dies(s, p.pid)
}

// kill kills one, whatever it has.
func (d *driver) kill(p *daemon) {
	s := p.kill()
	if p != d.holder || len(d.heirs) == 0 {
		p.in.Close()
	}
	if p == d.holder {
		d.holder = nil
		if len(d.facts.Holders) == 1 {
			d.heldUntil(s.From)
		}
	}
	d.note(ended, s, p.pid)
	d.dies(s, p.pid)
}

// dies notes that a process has ended within a span. It closes its descriptors some time before it is gone.
func (d *driver) dies(s span, pid int) {
	without := func(pids []int) []int {
		return slices.DeleteFunc(slices.Clone(pids), func(p int) bool { return p == pid })
	}
	closed := d.facts.clone()
	closed.Holders, closed.Former = without(closed.Holders), without(closed.Former)
	next := closed.clone()
	if next.Pidfile.PID == pid {
		next.Pidfile.Lives = false
	}
	d.becomes(s, next, closed)
}

// killHeirs ends those that inherited a descriptor.
func (d *driver) killHeirs() {
	for _, h := range d.heirs {
		s := h.kill()
		if d.holder == nil && len(d.facts.Holders) == 1 {
			d.heldUntil(s.From)
		}
		d.dies(s, h.pid)
	}
	d.heirs = nil
}

// read finds out what a daemon that was killed in an acquire has left.
func (d *driver) read(p *daemon) pidfile {
	names := lock.DefaultNames
	if text, err := os.ReadFile(filepath.Join(d.path, names.Pidfile)); err == nil && string(text) != fmt.Sprintln(p.pid) {
		return d.facts.Pidfile // the one from before
	} else if err == nil {
		return pidfile{d.pidfiles, p.pid, false}
	}
	if temps, _ := filepath.Glob(filepath.Join(d.path, names.Pidfile+"*tmp")); len(temps) > 0 {
		return pidfile{d.pidfiles, nobody, false}
	}
	return pidfile{}
}
