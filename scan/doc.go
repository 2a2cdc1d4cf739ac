// Package scan finds data directories, establishes who holds their locks, and
// watches them, without disturbing the daemons they belong to.
//
// # How a lock's state is established
//
// There are four ways to learn whether a lock is held, and they are taken in
// the order of what they cost the daemons, up to the first certain answer:
//
//  1. The fdinfo of the process that the pidfile names. /proc/<pid>/fdinfo/<fd>
//     has a "lock:" line for a flock held through that very open file
//     description (proc(5); show_fd_locks in fs/locks.c). It proves that the lock is held,
//     and by whom; its absence proves nothing. It costs the daemons nothing.
//  2. A lease (fcntl(2)), given back at once. It is granted only where nobody else has the file open, and so proves that
//     the lock is free, whatever the kind of lock or the namespace of a holder. That it is refused proves nothing.
//     A daemon that opens the file in that moment waits some microseconds, and never fails. It takes the
//     owner of the file or CAP_LEASE, and proves nothing on network and FUSE file systems.
//  3. The kernel's lock table, /proc/locks, read at most once in a pass. A line
//     proves that the lock is held. No line proves nothing: lines are left out of locks whose taker
//     has no PID in the reader's namespace (locks_show), and of any lock while others come and go, since the kernel prints
//     the table piece by piece. While it prints it holds a lock that every flock(2) on the host needs: once one
//     read took longer than 50 ms, it is not read again. Its first line
//     comes after some 10 ms, and meanwhile the walk goes on elsewhere.
//  4. A shared, non-blocking flock(2), released at once, for what is left after a second look. On a held lock it disturbs
//     nobody. On a free one, a daemon whose own non-blocking acquire falls into that microsecond is refused:
//     its hand-off fails. That it is granted proves that nobody holds the lock exclusively; who shares it is looked
//     for among all processes, and F_GETLK tells of locks of other kinds.
//
// What was established once is not asked again until something changes: see unchanged.
//
// # Who holds it
//
// The PID in a lock line is that of the process that took the lock. It may have exited long ago
// and left the lock to those who inherited the descriptor: a flock belongs to the
// open file description, and lasts until the last descriptor of it is closed (flock(2)).
// The holders are therefore the processes that have such a descriptor. The pidfile's
// process is asked first. Only if that does not explain a held lock are all processes
// swept, once, by readlink and fdinfo alone: stat through /proc/<pid>/fd would ask the file
// system behind it, which may hang.
//
// A process that locked a file which was since deleted still holds "the lock", and so may
// another that locked the new one: the directory is split, and looks sound from within. Lock lines
// of files that no directory has give such a process away; so does " (deleted)" in
// the name of its descriptor, which is looked for right away where all processes have few. The same goes for a daemon whose
// directory a mount covers: its descriptor has the path of the lock file that is there now, and another mount.
//
// # Who uses a directory
//
// A live process that the pidfile names, and that holds no lock, may still be writing. It uses the directory if it has open, mapped, or as
// its working or root directory, anything in it, on a disk that is mounted below it, or where a link in it leads to: see
// lock.Area. If it does not, and holds the lock of another directory that has the same pidfile, this one is a copy of that
// directory or another view on it: see lock.Dir.Another.
//
// # Where names and numbers lie
//
// A lock line names a file by the super block's device and the inode number.
//
//   - btrfs: all subvolumes have one such device, and their inode numbers repeat. st_dev
//     is another number for each subvolume; mountinfo has the one in lock lines. Which
//     file a line is of, only the descriptor's path tells.
//   - overlayfs: the inode number in lock lines is not st_ino; fdinfo of a descriptor of
//     one's own shows it. The merged file and the file in a layer are two files with two
//     locks, so a lock file in a layer of a mounted overlay that looks free is unknown.
//   - Network and FUSE file systems: another host's processes are never seen, so that
//     a PID is nobody's says nothing there.
//   - Mount namespaces: the kernel names another process's files by that process's mounts.
//     proc.Place is what such names have in common.
//   - PID namespaces: a daemon in a container writes the PID it has there into its
//     pidfile. NSpid in /proc/<pid>/status tells both (pid_namespaces(7)). Where this program
//     itself runs in a container, a PID that is nobody's may be somebody's outside.
//
// # When a verdict stands
//
// Acquire locks before it writes the pidfile, and release unlinks it before it
// unlocks. So a lock that is held beside a missing or another's pidfile may be a moment of
// the protocol, and is reported only when looks at least 100 ms apart find the same
// episode. A free lock beside a pidfile never is such a moment, provided that the
// pidfile is the same before and after the lock was established.
//
// The package follows no link below a root, and opens nothing but directories, pidfiles and lock files
// that are regular files.
package scan
