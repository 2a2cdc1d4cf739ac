package chaos

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"lockscope/lock"
)

// What people do with the files and directories of daemons.

func (d *driver) file(name string) string { return filepath.Join(d.path, name) }

// removePidfile removes the pidfile of a daemon that goes on.
func (d *driver) removePidfile() error {
	began := now()
	if err := os.Remove(d.file(lock.DefaultNames.Pidfile)); err != nil {
		return err
	}
	next := d.facts.clone()
	next.Pidfile = pidfile{}
	d.becomes(span{began, now()}, next)
	d.note(losing, span{began, now()}, 0)
	return nil
}

// nameAnother writes a pidfile that names a live process which is not the holder.
func (d *driver) nameAnother() error {
	began := now()
	temp := d.file("pidfile-by-hand")
	p := d.idle[0]
	if err := os.WriteFile(temp, []byte(fmt.Sprintln(p.pid)), 0o644); err != nil {
		return err
	}
	if err := os.Rename(temp, d.file(lock.DefaultNames.Pidfile)); err != nil {
		return err
	}
	d.pidfiles++
	next := d.facts.clone()
	next.Pidfile = pidfile{d.pidfiles, p.pid, true}
	d.becomes(span{began, now()}, next)
	d.note(losing, span{began, now()}, 0)
	return nil
}

// leaves notes that the holder has a lock file now that is no longer there.
func (d *driver) leaves(f *facts) {
	f.Former = append(f.Former, f.Holders...)
	f.Holders, f.Taker, f.Writers = nil, 0, 0
	if d.holder != nil {
		d.former = append(d.former, d.holder)
		d.holder, d.current = nil, -1
	}
}

// removeLock removes the lock file, which the next acquire creates again.
func (d *driver) removeLock() error {
	began := now()
	if err := os.Remove(d.file(lock.DefaultNames.Lock)); os.IsNotExist(err) {
		return nil // it was so before
	} else if err != nil {
		return err
	}
	next := d.facts.clone()
	d.leaves(&next)
	next.Missing = next.Pidfile.PID == 0
	if next.Pidfile.PID == nobody {
		next.Missing = true // a temporary alone makes no data directory
	}
	d.becomes(span{began, now()}, next)
	d.note(losing, span{began, now()}, 0)
	return nil
}

// removeDir removes the directory, which the next acquire creates again.
func (d *driver) removeDir() error {
	began := now()
	if err := os.RemoveAll(d.path); err != nil {
		return err
	}
	between := d.facts.clone()
	d.leaves(&between)
	bare := between.clone()
	bare.Pidfile, bare.Missing = pidfile{}, true
	next := bare.clone()
	unnamed := d.facts.clone() // the files go in any order
	unnamed.Pidfile = pidfile{}
	d.becomes(span{began, now()}, next, between, bare, unnamed)
	d.note(losing, span{began, now()}, 0)
	return nil
}

// endFormer ends those that have an earlier lock file. A release leaves the pidfile alone, if it is another's.
func (d *driver) endFormer() error {
	for _, p := range d.former {
		if d.rand.IntN(2) == 0 || d.facts.Missing {
			d.kill(p)
			continue
		}
		a, err := p.tell("release")
		if err != nil {
			return err
		}
		next := d.facts.clone()
		if next.Pidfile.PID == p.pid {
			next.Pidfile = pidfile{}
			next.Missing = next.Writers == 0
		}
		between := next.clone()
		next.Former = nil
		for _, pid := range d.facts.Former {
			if pid != p.pid {
				next.Former = append(next.Former, pid)
			}
		}
		d.becomes(a.span, next, between)
		d.note(losing, a.span, 0)
		d.idle = append(d.idle, p)
	}
	d.former = nil
	return nil
}

// move renames the directory, to elsewhere or back.
func (d *driver) move() error {
	to := d.home
	if d.path == d.home {
		to = d.home + "-moved"
		if d.rand.IntN(2) == 0 {
			to = filepath.Join(d.c.root, "attic", filepath.Base(d.home))
		}
	}
	began := now()
	if err := os.Rename(d.path, to); err != nil {
		return err
	}
	s := span{began, now()}
	what := d.facts
	left := facts{Missing: true}
	d.becomes(s, left)
	d.path = to
	// A former holder's lock file was in the directory by the name that this has now.
	d.becomes(s, what)
	d.note(losing, s, 0)
	return nil
}

// mountOver mounts something over the directory for a while. It may be another data directory.
func (d *driver) mountOver() error {
	began := now()
	over := facts{Missing: true}
	var err error
	if d.rand.IntN(2) == 0 {
		err = unix.Mount("tmpfs", d.path, "tmpfs", 0, "size=1m")
	} else {
		err = unix.Mount(d.other, d.path, "", unix.MS_BIND, "")
		over = facts{Writers: 1}
	}
	if err != nil {
		return err
	}
	below := d.facts.clone()
	over.Former = append(below.Former, below.Holders...)
	d.becomes(span{began, now()}, over)
	d.note(losing, span{began, now()}, 0)
	d.facts = below

	time.Sleep(min(d.pause(), staleAfter/2))
	began = now()
	if err := unix.Unmount(d.path, unix.MNT_DETACH); err != nil {
		return err
	}
	d.becomes(span{began, now()}, below)
	return nil
}
