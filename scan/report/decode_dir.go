package report

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"lockscope/lock"
)

// sentences are what the sender of a report says of it, safe to print.
type sentences struct{ summary, next string }

// errNotTold stands for an error that only the sender knows.
var errNotTold = errors.New("not told")

func (d *dirJSON) line() (Line, error) {
	r := &Report{
		Host:     d.Host,
		Observed: d.Observed,
		Since:    Since{d.Since, d.AtLeast},
		Verdict:  Verdict{known(d.State, States...), reasonsOf(d.Reasons)},
		received: &sentences{summary: printable(d.Summary), next: printable(d.Next)},
	}
	var err error
	if r.Path, err = pathOf(d.Path, d.PathBytes); err != nil {
		return Line{}, err
	}
	if r.Root, err = pathOf(d.Root, nil); err != nil {
		return Line{}, err
	}
	ev := &r.Evidence
	// In this order: the process rests on the pidfile, and what the holders hold on the lock.
	err = errors.Join(checkHost(d.Host), checkTime(d.Observed), checkTime(d.Since), d.Lock.decode(ev), d.Pidfile.decode(ev), d.Process.decode(ev), decodeHolders(d.Holders, ev))
	if err != nil {
		return Line{}, err
	}
	if d.Seen != nil {
		seen, err := d.Seen.evidence()
		if err != nil {
			return Line{}, err
		}
		if r.Breakable() {
			r.Seen = &seen
		}
	}
	c := &Change{Report: r, New: d.Type == typeDir}
	if !c.New {
		c.From = known(d.From, States...)
	}
	return Line{Change: c, Seen: r.Seen != nil}, nil
}

func (l *lockJSON) decode(ev *Evidence) error {
	ev.Lock.State = known(l.State, lock.LockMissing, lock.LockFree, lock.LockHeld)
	ev.Lock.ID.Ino = l.Inode
	ev.Source = known(l.Source, SourceFdinfo, SourceTable, SourceLease, SourceProbe)
	ev.Locker = l.Locker
	ev.FS = printable(l.FS)
	if l.Locker != 0 {
		if err := checkPIDs(l.Locker); err != nil {
			return err
		}
	}
	if l.Dev == "" {
		return nil
	}
	major, minor, _ := strings.Cut(l.Dev, ":")
	x, errX := strconv.ParseUint(major, 10, 32)
	y, errY := strconv.ParseUint(minor, 10, 32)
	ev.Device = unix.Mkdev(uint32(x), uint32(y))
	return errors.Join(errX, errY)
}

func (p *pidfileJSON) decode(ev *Evidence) error {
	if p == nil {
		return nil
	}
	states := []lock.PidfileState{lock.PidfileMissing, lock.PidfileEmpty, lock.PidfileMalformed, lock.PidfileNotRegular, lock.PidfileNamed}
	ev.Pidfile = lock.Pidfile{State: known(p.State, states...), ID: lock.FileID{Ino: p.Inode, MTime: mtimeOf(p.Written)}}
	switch ev.Pidfile.State {
	case lock.PidfileUnreadable:
		ev.Pidfile.Err = errNotTold
	case lock.PidfileNamed:
		ev.Pidfile.PID = p.PID
		return errors.Join(checkPIDs(p.PID), checkTime(p.Written))
	}
	return checkTime(p.Written)
}

func (p *processJSON) decode(ev *Evidence) error {
	if p == nil || ev.Pidfile.PID == 0 {
		return nil
	}
	ev.Process = known(p.State, lock.ProcessGone, lock.ProcessAlive, lock.ProcessZombie, lock.ProcessReused, lock.ProcessUnrelated)
	ev.Thread = p.PID != ev.Pidfile.PID
	if ev.Thread || p.Command != "" || p.User != "" || !p.Started.IsZero() {
		ev.Owner = &Process{PID: p.PID, NSPID: p.PID, Started: p.Started, Command: p.Command, User: p.User}
	}
	return errors.Join(checkPIDs(p.PID), checkTime(p.Started))
}

// decodeHolders decodes the holders of the lock, and those of a lock of another kind, which the
// JSON has in one list. Where the flock on the present lock file is not held, its holders have one
// of another kind. Of very many, the first are kept.
func decodeHolders(holders []holderJSON, ev *Evidence) error {
	for _, h := range holders[:min(len(holders), maxHolders)] {
		nspid := cmp.Or(h.NSPID, h.PID)
		if err := errors.Join(checkPIDs(h.PID, nspid), checkTime(h.Started)); err != nil {
			return err
		}
		p := &Process{PID: h.PID, NSPID: nspid, Started: h.Started, Command: h.Command, User: h.User}
		if ev.Lock.State != lock.LockHeld && !h.Deleted && !h.Inherited {
			ev.Openers = append(ev.Openers, Opener{Process: p, FD: h.FD, OtherLock: true})
		} else {
			ev.Holders = append(ev.Holders, Holder{Process: p, FD: h.FD, Inherited: h.Inherited, Deleted: h.Deleted})
		}
	}
	return nil
}

// checkPIDs refuses numbers that cannot be PIDs.
func checkPIDs(pids ...int) error {
	for _, pid := range pids {
		if pid <= 0 || pid > math.MaxInt32 {
			return fmt.Errorf("%d is no PID", pid)
		}
	}
	return nil
}

// checkTime refuses a time that cannot be encoded again.
func checkTime(t time.Time) error {
	if y := t.UTC().Year(); y < 1 || y > 9999 {
		return fmt.Errorf("%v is out of range", t)
	}
	return nil
}

// mtimeOf returns a file's time in nanoseconds, or 0 if it is not known. A time that does not fit
// becomes 1, the first nanosecond of 1970, which is not credible either. So does 1970 itself, which
// would be 0.
func mtimeOf(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	ns := t.UnixNano()
	if ns == 0 || !time.Unix(0, ns).Equal(t) {
		return 1
	}
	return ns
}
