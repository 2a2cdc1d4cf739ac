package locktest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// A step is one line of a scene's script. Most steps are done by the actor: the process that was
// started last.
type step func(*Site) error

// enter makes a new process the actor.
func (s *Site) enter(p *Proc, err error) error {
	if err == nil {
		s.Procs, s.actor = append(s.Procs, p), p
	}
	return err
}

// daemon starts a daemon of the directory, which does nothing yet.
func daemon(s *Site) error { return s.enter(s.world.Daemon(s.Dir)) }

// bystander starts a process that has nothing to do with the directory.
func bystander(s *Site) error { return s.enter(s.world.start("cron", "-f")) }

// backup starts a program whose command line names the directory.
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

// goesToBackground has the actor fork after it took the lock, and exit. The child goes on, with the
// directory as its working directory.
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
	g := &heldFlock{ino: s.lockInode(), locker: s.actor.PID}
	s.actor.flock.Store(g)
	_, err = fmt.Sscan(answer, &g.fd)
	return err
}

// links makes a symlink in the directory, to a new directory beside it whose name begins with that of
// this one.
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
	p, err := s.world.Contained(s.Dir)
	return s.enter(p, err)
}

// lockByShell takes the lock as shell scripts do: flock(1) locks a descriptor that the shell opened, and
// exits. Here this program stands in for flock(1), and prints its PID too.
const lockByShell = `exec 9>>.handoff.lock && locker=$("$0" -n 9) && echo $$ >.handoff.pidfile && echo ok $$ $locker && read line`

func shell(s *Site) error {
	p, said, err := s.world.exec(program{
		exe: "/bin/sh", cwd: s.Dir, role: roleFlock,
		// In the shell, /proc/self/exe is the shell.
		args: []string{"sh", "-c", lockByShell, fmt.Sprintf("/proc/%d/exe", os.Getpid())},
	})
	if err != nil {
		return err
	}
	p.noCommands = true
	g := &heldFlock{fd: 9, ino: s.lockInode()}
	if _, err := fmt.Sscan(said, &p.NSPID, &g.locker); err != nil {
		return err
	}
	p.flock.Store(g)
	return s.enter(p, nil)
}

// names writes a pidfile that names the actor.
func names(s *Site) error { return writes(pidfile, fmt.Sprintln(s.actor.NSPID))(s) }

// tooLong is the text of a pidfile that would name PID 1 if only its start were read.
var tooLong = "1" + strings.Repeat(" ", 64) + "\n"

func writes(name, text string) step {
	return func(s *Site) error { return os.WriteFile(s.path(name), []byte(text), 0o644) }
}

// leftover is a temporary pidfile that names the actor.
func leftover(name string) step {
	return func(s *Site) error { return writes(name, fmt.Sprintln(s.actor.NSPID))(s) }
}

func leftoverOfPID(s *Site) error { return leftover(fmt.Sprintf("%s.%d.tmp", pidfile, s.actor.PID))(s) }

// ages sets the time of a file's last write to an hour ago.
func ages(name string) step {
	return func(s *Site) error {
		then := time.Now().Add(-time.Hour)
		return os.Chtimes(s.path(name), then, then)
	}
}

func removes(name string) step {
	return func(s *Site) error { return os.Remove(s.path(name)) }
}

// renames renames the directory under the processes that use it, and makes a new one, which is the
// site's from now on.
func renames(s *Site) error {
	s.Procs = nil
	if err := os.Rename(s.Dir, s.Dir+".old"); err != nil {
		return err
	}
	return os.Mkdir(s.Dir, 0o755)
}

// remakes removes the directory and makes a new one.
func remakes(s *Site) error {
	if err := os.RemoveAll(s.Dir); err != nil {
		return err
	}
	return os.Mkdir(s.Dir, 0o755)
}

// node makes a file of a type that mknod(2) can make.
func node(kind uint32, name string) step {
	return func(s *Site) error { return unix.Mknod(s.path(name), kind|0o644, 0) }
}

func directory(name string) step {
	return func(s *Site) error { return os.Mkdir(s.path(name), 0o755) }
}

// symlink makes a symlink to a regular file in the directory that would do as a pidfile.
func symlink(name string) step {
	return func(s *Site) error {
		if err := writes("target", "1\n")(s); err != nil {
			return err
		}
		return os.Symlink("target", s.path(name))
	}
}
