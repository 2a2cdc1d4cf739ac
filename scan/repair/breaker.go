package repair

import (
	"context"
	"errors"
	"fmt"
	"time"

	"lockscope/lock"
	"lockscope/lock/proc"
	"lockscope/scan/observe"
	"lockscope/scan/pool"
	"lockscope/scan/report"
)

// Breaker breaks stale locks, and puts every attempt on record. It may be used concurrently. Break and
// Check may take some seconds where something hangs: see lookTime and auditWait.
type Breaker struct {
	Names   lock.Names
	Audit   *AuditLog
	AskedBy string // who asked for it on another host, by that one's word; untrusted. Else empty
}

// Break removes what was left behind in the directory of a report, if the evidence in the report still
// holds: see lock.BreakStale. The attempt has the error of that. An attempt that cannot be put on record
// is refused, and nothing is removed.
func (b *Breaker) Break(r *report.Report) report.Attempt {
	seen := &r.Evidence.Evidence
	if !r.Breakable() {
		return report.Attempted(nil, refused(r, lock.RefusedNothing, nil))
	}
	attempt := func(late func(report.Attempt)) report.Attempt {
		return b.breakWithin(r.Path, seen, late)
	}
	return b.Audit.record(r, b.Names, b.AskedBy, attempt, func() auditEvidence { return b.after(r.Path, seen.Dir) })
}

// breakWithin breaks the lock. Where its file system gives no answer, it is not known what becomes of that: all
// guards hold, however late it goes on. late is told what it came to then.
func (b *Breaker) breakWithin(path string, seen *lock.Evidence, late func(report.Attempt)) report.Attempt {
	came := make(chan func() report.Attempt, 1) // buffered: nobody may be there to take it
	go func() {
		removed, err := b.Names.BreakStale(path, *seen)
		came <- func() report.Attempt { return report.Attempted(removed, b.withHolder(err, seen.Dir)) }
	}()
	select {
	case attempt := <-came:
		return attempt()
	case <-time.After(breakTime):
	}
	go func() { late((<-came)()) }()
	return report.Attempted(nil, fmt.Errorf("%w; once there is one it may still be removed", report.NoAnswer(breakTime)))
}

// await calls f, and returns what it returns. ok is false where that takes longer than limit: what comes
// late is lost.
func await[T any](limit time.Duration, f func() T) (result T, ok bool) {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	return pool.Await(ctx, f)
}

// Check returns what Break would come to now. It changes nothing, and takes no lock that could make a
// daemon fail: see lock.CheckBreak.
func (b *Breaker) Check(r *report.Report) report.Attempt {
	seen := &r.Evidence.Evidence
	if !r.Breakable() {
		return report.Foreseen(nil, refused(r, lock.RefusedNothing, nil))
	}
	if err := b.Audit.Check(); err != nil {
		return report.Foreseen(nil, refusedByAudit(r, err))
	}
	type result struct {
		lock lock.LockFile
		err  error
	}
	now, ok := await(breakTime, func() (now result) { now.lock, now.err = b.Names.CheckBreak(r.Path, *seen); return now })
	l, err := now.lock, now.err
	switch {
	case !ok:
		err = report.NoAnswer(breakTime)
	case err != nil:
		err = b.withHolder(err, seen.Dir)
	case errors.Is(l.Err, lock.ErrOpenElsewhere): // somebody who only looks at it, or the holder
		if now := b.look(r.Path, seen.Dir); now.Lock.State == lock.LockHeld {
			err = nameHolder(refused(r, lock.RefusedHeld, nil), now)
		}
	}
	return report.Foreseen(b.Names.Leftovers(*seen), err)
}

// refused returns the error of an attempt that is refused here, and not by package lock.
func refused(r *report.Report, why lock.Refusal, err error) *lock.RefusedError {
	return &lock.RefusedError{Dir: r.Path, Reason: why, PID: r.Evidence.Pidfile.PID, Err: err}
}

func refusedByAudit(r *report.Report, err error) error {
	return refused(r, lock.RefusedAudit, fmt.Errorf("%w; --audit-log FILE puts it elsewhere", err))
}

// withHolder adds to a refusal who holds the lock, as far as that can be seen. BreakStale has given back its
// lock and lease by now, so the holder that is seen is another process.
func (b *Breaker) withHolder(err error, dir lock.FileID) error {
	var refused *lock.RefusedError
	switch {
	case !errors.As(err, &refused) || errors.Is(err, lock.ErrPosixLock):
	case refused.Reason == lock.RefusedHeld:
		nameHolder(refused, b.look(refused.Dir, dir))
	case errors.Is(err, lock.ErrOpenElsewhere): // whoever has it open may hold it
		if now := b.look(refused.Dir, dir); now.Lock.State == lock.LockHeld {
			refused.Reason, refused.Err = lock.RefusedHeld, nil
			nameHolder(refused, now)
		}
	}
	return err
}

// nameHolder names the holder that a look found: the one who took the lock, if it is among them.
func nameHolder(refused *lock.RefusedError, now report.Evidence) error {
	for _, h := range now.Holders {
		if !h.Deleted && (refused.Holder == 0 || h.Process.PID == now.Locker) {
			refused.Holder, refused.Command = h.Process.PID, report.Program(h.Process)
		}
	}
	if refused.Holder == 0 && now.Locker > 0 {
		// We may not see its descriptors. But if it is alive it can be named: once it is dead, somebody
		// else keeps the lock that it took.
		if _, state, err := proc.Host.Find(now.Locker); err == nil && state == proc.Alive {
			refused.Holder = now.Locker
		}
	}
	return refused
}

// look observes a directory in the ways that disturb nobody, to see who holds its lock. There is no evidence
// where that takes longer than lookTime, as on a file system that hangs, or where the path leads to
// another directory by now.
func (b *Breaker) look(path string, dir lock.FileID) report.Evidence {
	ctx, cancel := context.WithTimeout(context.Background(), lookTime)
	defer cancel()
	now, _ := await(lookTime, func() report.Evidence { return b.lookAt(ctx, path, dir) })
	return now
}

// lookAt does look's work. It searches all processes only if it does not find the holder without that.
func (b *Breaker) lookAt(ctx context.Context, path string, dir lock.FileID) report.Evidence {
	d, err := b.Names.OpenDir(path)
	if err != nil {
		return report.Evidence{}
	}
	defer d.Close()
	if id, err := d.ID(); err != nil || !id.SameFile(dir) {
		return report.Evidence{}
	}
	s := observe.New(observe.Config{Names: b.Names, Probe: observe.ProbeNever, Timeout: lookTime}).Begin()
	now := s.Observe(d, d.LockFile(), observe.Options{WaitForTable: true})
	if len(now.Evidence.Holders) == 0 {
		all := s.Search(ctx, observe.NewKnown(0), nil)
		now = s.Observe(d, d.LockFile(), observe.Options{WaitForTable: true, Search: all})
	}
	return now.Evidence
}

// after returns what the files of a directory show now, if the path still leads to the directory that was
// seen. The lock is not probed.
func (b *Breaker) after(dir string, seen lock.FileID) auditEvidence {
	e, _ := await(lookTime, func() auditEvidence { return b.afterAt(dir, seen) })
	return e
}

func (b *Breaker) afterAt(dir string, seen lock.FileID) (e auditEvidence) {
	d, err := b.Names.OpenDir(dir)
	if err != nil {
		return e
	}
	defer d.Close()
	if id, err := d.ID(); err != nil || !id.SameFile(seen) {
		return e
	}
	ev := lock.Evidence{Lock: d.LockFile(), Pidfile: d.Pidfile()}
	ev.Temps, _ = d.Temps()
	e.files(&ev)
	return e
}
