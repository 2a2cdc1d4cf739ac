package locktest

import (
	"golang.org/x/sys/unix"
)

// Scene is one way in which a directory comes into a state.
type Scene struct {
	Name   string // such as "stale-reused"
	State  State
	script []step
}

func (s Scene) String() string { return s.Name }

// Scenes lists the scenes. The first one of a state is the simplest.
var Scenes []Scene

func scene(name string, state State, script ...step) Scene {
	s := Scene{name, state, script}
	Scenes = append(Scenes, s)
	return s
}

var (
	HeldPlain = scene("held", Held, daemon, acquire)
	// A shell script locks a descriptor of its own by flock(1), so the process that took the lock is dead at once.
	HeldShell = scene("held-shell", Held, shell)
	// The daemon started a program that has the lock's descriptor too.
	HeldShared = scene("held-shared", Held, daemon, acquire, forks("logrotate", "/etc/logrotate.conf"))
	// The daemon's first thread has exited, the others live on: the process looks like a zombie.
	HeldHeadless = scene("held-headless", Held, daemon, acquire, headless)
	// There is a temporary pidfile, just written, and no pidfile yet.
	HeldAcquiring = scene("held-acquiring", Held, daemon, acquire, removes(pidfile), daemon, leftover(pidfile+".tmp"))
	// The directory was renamed (to NAME.old) under its daemon, and a new one is in its place with a daemon of its own.
	HeldRenamed = scene("held-renamed", Held, daemon, acquire, renames, daemon, acquire)

	// The pidfile has the number of a thread, as gettid(2) gives it.
	HeldThread = scene("held-thread", Held, daemon, acquire, namesThread)

	FreePlain = scene("free", Free, daemon, acquire, release, kill)
	// The daemon has released its lock. A program that it started still has the lock file open.
	FreeOpen = scene("free-open", Free, daemon, acquire, forks("logrotate", "/etc/logrotate.conf"), release, kill)

	StalePlain = scene("stale", Stale, daemon, acquire, kill)
	// The PID is another process's, which started after the pidfile was written.
	StaleReused = scene("stale-reused", Stale, daemon, acquire, kill, bystander, names, ages(pidfile))
	// The pidfile names a live process that has nothing to do with the directory.
	StaleUnrelated = scene("stale-unrelated", Stale, daemon, acquire, kill, bystander, names)
	// The number is now that of a thread of such a process.
	StaleThread = scene("stale-thread", Stale, daemon, acquire, kill, bystander, namesThread)
	// Somebody reads the lock file, without a lock.
	StaleRead      = scene("stale-read", Stale, daemon, acquire, kill, backup, command("read"))
	StaleZombie    = scene("stale-zombie", Stale, daemon, acquire, zombify)
	StaleEmpty     = scene("stale-empty", Stale, daemon, acquire, kill, writes(pidfile, ""))
	StaleMalformed = scene("stale-malformed", Stale, daemon, acquire, kill, writes(pidfile, "kvd 8121\n"))
	// Longer than a PID can be. The start of it alone would be a PID.
	StaleTooLong    = scene("stale-too-long", Stale, daemon, acquire, kill, writes(pidfile, tooLong))
	StaleNoLockFile = scene("stale-no-lock-file", Stale, daemon, acquire, kill, removes(lockFile))
	// A daemon died between writing its pidfile and renaming it. Later releases have their PID in the name.
	StaleTemp    = scene("stale-temp", Stale, daemon, acquire, release, leftover(pidfile+".tmp"), kill)
	StalePIDTemp = scene("stale-pid-temp", Stale, daemon, acquire, release, leftoverOfPID, kill)

	UnnamedPlain     = scene("unnamed", Unnamed, daemon, acquire, removes(pidfile))
	UnnamedEmpty     = scene("unnamed-empty", Unnamed, daemon, acquire, writes(pidfile, ""))
	UnnamedMalformed = scene("unnamed-malformed", Unnamed, daemon, acquire, writes(pidfile, "-1\n"))

	// The daemon died after its pidfile was removed, and a program that it started keeps the lock.
	UnnamedOrphaned = scene("unnamed-orphaned", Unnamed, daemon, acquire, forks("ssh-agent"), removes(pidfile), kill)
	// A backup has a shared lock, which keeps daemons out.
	UnnamedShared = scene("unnamed-shared", Unnamed, backup, shares)

	MismatchPlain = scene("mismatch", Mismatch, daemon, acquire, daemon, names)
	// The pidfile names a process that is gone, but a live one took the lock.
	MismatchDead = scene("mismatch-dead", Mismatch, daemon, acquire, writes(pidfile, "2147483647\n"))

	OrphanedPlain = scene("orphaned", Orphaned, daemon, acquire, forks("logrotate", "/etc/logrotate.conf"), kill)
	// The daemon is a zombie, which nobody has waited for.
	OrphanedZombie  = scene("orphaned-zombie", Orphaned, daemon, acquire, forks("logrotate", "/etc/logrotate.conf"), zombify)
	OrphanedSeveral = scene("orphaned-several", Orphaned, daemon, acquire, forks("logrotate", "/etc/logrotate.conf"),
		forks("backup", "--full"), kill)

	// The daemon forked after it took the lock and wrote the pidfile, and the parent has exited.
	OrphanedDaemon = scene("orphaned-daemon", Orphaned, daemon, acquire, goesToBackground)

	// The daemon has released its lock, and still has its data open.
	UnguardedPlain   = scene("unguarded", Unguarded, daemon, opens("000017.log"), acquire, release, names)
	UnguardedCwd     = scene("unguarded-cwd", Unguarded, daemon, command("chdir"), acquire, release, names)
	UnguardedMapping = scene("unguarded-mapping", Unguarded, daemon, command("map", "000017.log"), acquire, release, names)

	// Its data is in another directory, which a symlink leads to.
	UnguardedLink = scene("unguarded-link", Unguarded, daemon, links("db/wal"), opens("db/wal/000017.log"), acquire, release, names)
	// The pidfile names one of its threads.
	UnguardedThread = scene("unguarded-thread", Unguarded, daemon, opens("000017.log"), acquire, release, namesThread)

	SplitPlain = scene("split", Split, daemon, acquire, removes(lockFile), daemon, acquire)
	// The lock file was deleted under its daemon, and no other daemon has come yet.
	SplitAlone = scene("split-alone", Split, daemon, acquire, removes(lockFile))
	// The directory was deleted under its daemon, and made again.
	SplitRemade = scene("split-remade", Split, daemon, acquire, remakes, daemon, acquire)

	UnknownFIFO      = scene("unknown", Unknown, node(unix.S_IFIFO, lockFile))
	UnknownSocket    = scene("unknown-socket", Unknown, node(unix.S_IFSOCK, lockFile))
	UnknownDirectory = scene("unknown-directory", Unknown, directory(lockFile))
	UnknownSymlink   = scene("unknown-symlink", Unknown, symlink(lockFile))
	// Somebody has a lock on the lock file that is no flock.
	UnknownPosix = scene("unknown-posix", Unknown, daemon, acquire, kill, daemon, command("lock", "posix"))
	UnknownOFD   = scene("unknown-ofd", Unknown, daemon, acquire, kill, daemon, command("lock", "ofd"))
	// The lock is free, but the pidfile cannot be read.
	UnknownPidfile = scene("unknown-pidfile", Unknown, daemon, acquire, release, kill, symlink(pidfile))
)

// OpenUnseen is a directory whose lock file somebody has mapped, without a descriptor. It is not among
// Scenes, because only a lease detects it.
var OpenUnseen = Scene{"unknown-mapped", Unknown, []step{daemon, acquire, kill, daemon, writes(lockFile, "x"), command("map-lock")}}

// Containers lists scenes in which the daemon has a PID namespace of its own, and writes a pidfile that
// names 1. They are not among Scenes, because only root can play them: for others the error is
// fs.ErrPermission.
var Containers = []Scene{
	{"held-container", Held, []step{container, acquire}},
	{"unguarded-container", Unguarded, []step{container, opens("000017.log"), acquire, release, names}},
	// The container's daemon is gone. The process with this PID on the host has nothing to do with it.
	{"stale-container", Stale, []step{container, acquire, kill}},
}
