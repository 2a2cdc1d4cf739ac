// Package observe looks at one data directory, and gathers the [report.Evidence] on it: whether the
// lock is held, by whom, and what became of the process that the pidfile names.
//
// An [Observer] lasts as long as the program. It begins a [Session] for each round of looks: within a
// session the kernel is asked each thing only once. [Session.Observe] takes one look.
//
// # How a lock's state is established
//
// There are four ways to learn whether a lock is held. They are tried in the order of the harm that
// they can do to a daemon, and the first certain answer ends the search:
//
//  1. The fdinfo of the process that the pidfile names. /proc/<pid>/fdinfo/<fd> has a "lock:" line for
//     a flock that is held through that open file description (proc(5); show_fd_locks in fs/locks.c).
//     The line proves that the lock is held, and by whom. No line proves nothing. Daemons do not
//     notice it.
//  2. A lease (fcntl(2), F_SETLEASE), given back at once. The kernel grants it only where nobody else
//     has the file open. So it proves that the lock is free, whatever the kind of lock and wherever
//     its holder lives. A refusal proves nothing. A daemon that opens the file at that moment waits
//     some microseconds, and does not fail. Only the file's owner, or a process with CAP_LEASE, gets a
//     lease. It proves nothing on network and FUSE file systems. Where it was refused, and there is no line
//     in the table either, it is asked for once more after some ms: it may have been another inspector.
//  3. The kernel's lock table, /proc/locks. A line proves that the lock is held. No line proves
//     nothing, for two reasons: the kernel leaves out locks whose taker has no PID in the reader's
//     namespace (locks_show in fs/locks.c), and it prints the table in pieces, so that a line is
//     skipped when an earlier lock goes meanwhile. The table is read at most once in a session,
//     because the kernel holds a lock that every flock(2) on the host needs while it prints. After a
//     read that took too long it is not read again until [Observer.RetryTable]. The first line comes
//     after some 10 ms; the caller need not wait for it (Options.WaitForTable).
//  4. A shared, non-blocking flock(2), released at once. It does not disturb the holder of a lock. But
//     where the lock is free, a daemon whose own non-blocking acquire falls into that microsecond is
//     refused, and its hand-off fails. So this comes last, and only where nothing has moved for two
//     seconds: see [Rest]. Where a lease showed that the file is open, it comes only in a later look,
//     with a search of all processes. Where it is granted, nobody holds the lock exclusively. Those
//     who share it are then searched for among all processes, and F_GETLK tells of locks of other
//     kinds.
//
// What was established once is not asked again until something changes: see [Session.Unchanged].
//
// # Who holds it
//
// A lock line has the PID of the process that took the lock. That process may have exited long ago: a
// flock belongs to the open file description, and lasts until the last descriptor of it is closed
// (flock(2)). A child that inherited the descriptor keeps the lock. So the holders are the processes
// that have such a descriptor now.
//
// The process that the pidfile names is looked at first. Only if that does not explain a held lock
// are all processes searched, once, and only by readlink and fdinfo. stat through /proc/<pid>/fd
// would ask the file system behind it, which may hang.
//
// A process can also hold the lock of a file that was deleted, while another process holds the lock
// of the new file. The state is then split, and nothing in the directory shows it. Two things do: a
// lock line of a file that no directory has, and " (deleted)" in the name of the descriptor. Where
// all processes together have few descriptors, all their names are read.
//
// The directory of a running daemon can also be covered by a mount. The daemon's descriptor then has
// the path of the lock file that is there now, but leads to another mount.
//
// # Who uses a directory
//
// A live process that the pidfile names may still write there, though it holds no lock. It uses the
// directory if its working directory, its root, or a file that it has open or mapped is in the
// directory, on a disk that is mounted below it, or where a link in it leads: see [lock.Area].
//
// If it does not use the directory, but holds the lock of another one with the same pidfile, this
// directory is a copy of that one, or another view on it: see [lock.Dir.Another].
//
// # Where names and numbers lie
//
// A lock line names a file by the device of the super block and the inode number. That can mislead:
//
//   - btrfs: all subvolumes share that device, and their inode numbers repeat. Only the path of a
//     descriptor tells which file a line is about. st_dev is another number for each subvolume; the
//     device in lock lines is the one in mountinfo.
//   - overlayfs: the inode number in lock lines is not st_ino. The fdinfo of a descriptor of our own
//     shows it. The merged file and the file in a layer are two files with two locks. So a lock file
//     in a layer of a mounted overlay is unknown where it looks free.
//   - Network and FUSE file systems: processes on other hosts cannot be seen. That no process here has
//     a PID says nothing.
//   - Mount namespaces: the kernel names the files of a process by the mounts of that process. A
//     [proc.Place] is the same in all of them.
//   - PID namespaces: a daemon in a container writes the PID that it has there into its pidfile. NSpid
//     in /proc/<pid>/status has both numbers (pid_namespaces(7)). Where this program itself runs in a
//     container, a PID that is free here may belong to a process outside.
//
// # What is opened
//
// Only directories, and pidfiles and lock files that are regular files. No link is followed.
package observe
