package locktest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// A step is a line of a scene's script. Most are things that the actor does:
// the process started last by daemon or bystander.
type step func(*Site) error

// enter makes a process that was started the actor.
func (s *Site) enter(p *Proc, err error) error {
	if err == nil {
		s.Procs, s.actor = append(s.Procs, p), p
	}
	return err
}

// daemon starts a daemon of the directory, which does nothing as yet.
func daemon(s *Site) error { return s.enter(s.world.Daemon(s.Dir)) }

// bystander starts a process that has nothing to do with the directory.
func bystander(s *Site) error { return s.enter(s.world.start("cron", "-f")) }

// backup starts a program that looks into the directory.
func backup(s *Site) error { return s.enter(s.world.start("backup", s.Dir)) }

func acquire(s *Site) error { return s.actor.Acquire() }
func release(s *Site) error { return s.actor.Release() }
func kill(s *Site) error    { s.actor.Kill(); return nil }
func zombify(s *Site) error { s.actor.Zombify(); return nil }

// command has the actor carry out a command of daemonProcess.
func command(words ...string) step {
	return func(s *Site) error {
		_, err := s.actor.ask(words...)
		return err
	}
}

func opens(name string) step { return command("open", name) }

var headless = command("headless")

// forks has the actor start a program that inherits its lock.
func forks(args ...string) step {
	return func(s *Site) error {
		child, err := s.actor.Fork(args...)
		if err == nil {
			s.Procs = append(s.Procs, child)
		}
		return err
	}
}

// goesToBackground has the actor fork after it took the lock, and end: its child goes on working in the directory.
func goesToBackground(s *Site) error {
	child, err := s.actor.fork("fork-here", s.actor.Args)
	if err != nil {
		return err
	}
	s.Procs = append(s.Procs, child)
	s.actor.Kill()
	return nil
}

// namesThread writes a pidfile that names a thread of the actor.
func namesThread(s *Site) error {
	number, err := s.actor.ask("thread")
	if err != nil {
		return err
	}
	return writes(pidfile, number+"\n")(s)
}

// shares has the actor take a shared flock, as no daemon does.
func shares(s *Site) error {
	answer, err := s.actor.ask("lock", "shared")
	if err != nil {
		return err
	}
	g := &grip{ino: s.lockInode(), locker: s.actor.PID}
	s.actor.grip.Store(g)
	_, err = fmt.Sscan(answer, &g.fd)
	return err
}

// links makes a link in the directory to a new one beside it, whose name begins with the directory's.
func links(name string) step {
	return func(s *Site) error {
		target := s.Dir + "-" + filepath.Base(name)
		if err := os.MkdirAll(target, 0o755); err != nil {
			return err
		}
		if err := os.MkdirAll(filepath.Dir(s.path(name)), 0o755); err != nil {
			return err
		}
		return os.Symlink(target, s.path(name))
	}
}

// container starts a daemon as the first process of a PID namespace.
func container(s *Site) error {
	p, _, err := s.world.exec(program{
		exe: self, cwd: "/", role: roleDaemon, args: []string{"kvd", "--data", s.Dir}, flags: unix.CLONE_NEWPID,
	})
	return s.enter(p, err)
}

// lockByShell is how shell scripts take the lock: flock(1), here played by
// this program, locks a descriptor that the shell opened, and exits. Where
// flock(1) says nothing, ours tells its PID.
const lockByShell = `exec 9>>.handoff.lock && locker=$("$0" -n 9) && echo $$ >.handoff.pidfile && echo ok $$ $locker && read line`

func shell(s *Site) error {
	p, said, err := s.world.exec(program{
		exe: "/bin/sh", cwd: s.Dir, role: roleFlock,
		// The shell's own /proc/self/exe is another.
		args: []string{"sh", "-c", lockByShell, fmt.Sprintf("/proc/%d/exe", os.Getpid())},
	})
	if err != nil {
		return err
	}
	p.deaf = true
	g := &grip{fd: 9, ino: s.lockInode()}
	if _, err := fmt.Sscan(said, &p.NSPID, &g.locker); err != nil {
		return err
	}
	p.grip.Store(g)
	return s.enter(p, nil)
}

// names writes a pidfile that names the actor.
func names(s *Site) error { return writes(pidfile, fmt.Sprintln(s.actor.NSPID))(s) }

// tooLong is a pidfile that would name PID 1, were only the start of it read.
var tooLong = "1" + strings.Repeat(" ", 64) + "\n"

func writes(name, text string) step {
	return func(s *Site) error { return os.WriteFile(s.path(name), []byte(text), 0o644) }
}

// leftover is a temporary pidfile that names the actor.
func leftover(name string) step {
	return func(s *Site) error { return writes(name, fmt.Sprintln(s.actor.NSPID))(s) }
}

func leftoverOfPID(s *Site) error { return leftover(fmt.Sprintf("%s.%d.tmp", pidfile, s.actor.PID))(s) }

// ages sets the time a file was written an hour back.
func ages(name string) step {
	return func(s *Site) error {
		then := time.Now().Add(-time.Hour)
		return os.Chtimes(s.path(name), then, then)
	}
}

func removes(name string) step {
	return func(s *Site) error { return os.Remove(s.path(name)) }
}

// renames moves the directory aside with the processes that use it, and makes
// a new one in its place, which is the site's from now on.
func renames(s *Site) error {
	s.Procs = nil
	if err := os.Rename(s.Dir, s.Dir+".old"); err != nil {
		return err
	}
	return os.Mkdir(s.Dir, 0o755)
}

// remakes removes the directory, and makes a new one in its place.
func remakes(s *Site) error {
	if err := os.RemoveAll(s.Dir); err != nil {
		return err
	}
	return os.Mkdir(s.Dir, 0o755)
}

// node makes a file of a type of mknod(2).
func node(kind uint32, name string) step {
	return func(s *Site) error { return unix.Mknod(s.path(name), kind|0o644, 0) }
}

func directory(name string) step {
	return func(s *Site) error { return os.Mkdir(s.path(name), 0o755) }
}

// symlink makes a link to a regular file in the directory, which names a process.
func symlink(name string) step {
	return func(s *Site) error {
		if err := writes("target", "1\n")(s); err != nil {
			return err
		}
		return os.Symlink("target", s.path(name))
	}
}
