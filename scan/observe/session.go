package observe

import (
	"sync/atomic"
	"time"

	"lockscope/lock"
	"lockscope/lock/proc"
	"lockscope/scan/pool"
	"lockscope/scan/report"
)

// ObserverConfig says how an Observer looks.
type Config struct {
	Names   lock.Names
	Probe   Probe
	Timeout time.Duration // that whoever calls an Observer has; it waits for no answer of the kernel so long
	Brief   bool          // only the verdicts are wanted: who a process is that the pidfile names is left out
}

// Observer gathers the evidence on directories. What it keeps from one session to the next is who
// processes are, which layers the mounted overlays have, and whether the kernel's lock table may be
// read. It may be used concurrently.
type Observer struct {
	cfg    Config
	calls  *calls
	who    *describer
	layers layerFinder
	slow   atomic.Bool // the kernel's lock table takes too long to read
}

// NewObserver returns an Observer.
func New(cfg Config) *Observer {
	cfg.Names = cfg.Names.OrDefault()
	calls := pool.NewCalls[subject](cfg.Timeout)
	return &Observer{cfg: cfg, calls: calls, who: newDescriber(calls), layers: layerFinder{calls: calls}}
}

// Keep forgets who every process is but those in use.
func (o *Observer) Keep(inUse map[proc.Process]bool) { o.who.keep(inUse) }

// Forgive allows the kernel's lock table to be read again, where one read of it took too long: the
// host may just have been busy.
func (o *Observer) Forgive() { o.slow.Store(false) }

// Session is a time in which the kernel is asked each thing once: about its processes, its mounts and
// its locks. What a session knows grows old, so a new one is begun for each time around. It may be
// used concurrently.
type Session struct {
	probe  Probe
	brief  bool
	mounts *mountTable
	who    *describer
	procs  *processes
	table  *table
	lacks  report.Lacks
}

// Begin begins a session. It reads this program's mounts, and nothing else yet.
func (o *Observer) Begin() *Session {
	mounts := newMountTable(&o.layers)
	return &Session{
		probe:  o.cfg.Probe,
		brief:  o.cfg.Brief,
		mounts: mounts,
		who:    o.who,
		procs:  newProcesses(o.cfg.Names, mounts),
		table:  &table{calls: o.calls, slow: &o.slow},
		lacks:  whatLacks(mounts),
	}
}

// ReadTable reads the kernel's lock table, if nobody has yet. That takes some 10 ms.
func (s *Session) ReadTable() { s.table.ready() }
