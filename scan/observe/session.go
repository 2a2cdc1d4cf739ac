package observe

import (
	"sync/atomic"
	"time"

	"lockscope/lock"
	"lockscope/lock/proc"
	"lockscope/scan/pool"
	"lockscope/scan/report"
)

// Config says how an Observer looks.
type Config struct {
	Names   lock.Names
	Probe   Probe
	Timeout time.Duration // of a whole look: one call to the kernel waits for a part of it
	Brief   bool          // only verdicts are wanted: the process that the pidfile names is not described
}

// Observer gathers the evidence on directories. From one session to the next it keeps who processes
// are, which layers the mounted overlays have, and whether the kernel's lock table may be read. It
// may be used concurrently.
type Observer struct {
	cfg    Config
	calls  *calls
	who    *describer
	layers layerFinder
	slow   atomic.Bool               // a read of the kernel's lock table took too long
	own    atomic.Pointer[ownMounts] // see ReadMounts; nil where nobody tells when they change

	usualFD atomic.Int32 // the descriptor through which a daemon held its lock last; 0 where none did
}

// New returns an Observer.
func New(cfg Config) *Observer {
	cfg.Names = cfg.Names.OrDefault()
	calls := pool.NewCalls[subject](cfg.Timeout)
	return &Observer{cfg: cfg, calls: calls, who: newDescriber(calls), layers: layerFinder{calls: calls}}
}

// Keep forgets who the processes are that are not in use, so that memory stays bounded.
func (o *Observer) Keep(inUse map[proc.Process]bool) { o.who.keep(inUse) }

// RetryTable allows the kernel's lock table to be read again after a read that took too long: the
// host may just have been busy.
func (o *Observer) RetryTable() { o.slow.Store(false) }

// Session is a time in which the kernel is asked each thing once: about processes, mounts and locks.
// The answers grow old, so each round of looks has a session of its own. It may be used concurrently.
type Session struct {
	probe        Probe
	brief        bool
	mounts       *mountTable
	who          *describer
	procs        *processes
	table        *table
	restrictions report.Restrictions
}

// Begin begins a session. It reads this program's mounts, unless ReadMounts has, and nothing else yet.
func (o *Observer) Begin() *Session {
	own := o.own.Load()
	if own == nil {
		own = readOwnMounts(o.calls)
	}
	mounts := newMountTable(&o.layers, own)
	return &Session{
		probe:        o.cfg.Probe,
		brief:        o.cfg.Brief,
		mounts:       mounts,
		who:          o.who,
		procs:        newProcesses(o.cfg.Names, mounts, &o.usualFD, o.cfg.Brief),
		table:        &table{calls: o.calls, slow: &o.slow},
		restrictions: findRestrictions(mounts),
	}
}

// Again returns a session that asks anew about processes and locks. What this one knows of mounts it keeps.
func (s *Session) Again() *Session {
	again := *s
	again.procs = newProcesses(s.procs.names, s.mounts, s.procs.usualFD, s.procs.brief)
	again.table = &table{calls: s.table.calls, slow: s.table.slow}
	return &again
}

// ReadTable reads the kernel's lock table, unless it was begun before. That takes some 10 ms.
func (s *Session) ReadTable() { s.table.tryLoad() }

// TableTook is the processor time that it took to read the kernel's lock table; 0 where it was not read.
func (s *Session) TableTook() time.Duration { return time.Duration(s.table.took.Load()) }
