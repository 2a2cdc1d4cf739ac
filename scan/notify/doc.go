// Package notify tells that something may have changed: in a directory, with a process, or in the
// mount table. An event only says "look again": what is so now has to be read anew.
//
// A [Source] is asked to watch directories ([Source.Watch], by inotify(7)) and to follow processes
// ([Source.Follow], by pidfd_open(2)). It polls /proc/self/mountinfo by itself (proc(5)). What it
// has to tell is collected until somebody takes it:
//
//	<-source.Ready()
//	batch := source.Take()
//
// What waits to be taken is bounded, however slow the taker is: each watch has a short list of
// entries, of which the oldest go when it is full ([DirEvent.Cut]), a process ends once, and of the
// mounts and of lost events only the last time is kept. The reader never waits for the taker.
//
// # Arm, then look
//
// Who watches a directory or follows a process looks at it after the call has returned, not
// before: what changed in between makes no event.
//
// # Order and time
//
// inotify does not say when something happened. Each event has the time at which it was read, with
// the monotonic clock in it; those that one read returned share it. The entries of a watch are in
// the order in which they happened. What a process did in watched directories is read before its
// end is told: the entries come in the same batch at the latest, and their times are not later.
// Events are read as soon as they are there. Where they go on coming less than a millisecond
// apart, they are read once a millisecond; those among which none counts, every five. What happened while
// this program was stopped is read when it goes on: see [Source.Resumed].
//
// # What makes no event
//
//   - A directory that was removed while somebody has it open, or works in it: its end comes only
//     when the last of them closes it (inotify(7), IN_DELETE_SELF).
//   - A parent directory, or one further up, that was renamed or removed. Only the renamed directory
//     itself, and the two that it is an entry of, make events.
//   - A mount over the directory or over one further up. The mount table changes, but the watch
//     stays with the directory below.
//   - Whatever is not a directory entry: a file that is written, a lock that is taken, or given up
//     by a holder that lives.
//   - A change that another host makes on a network file system, or somebody else below a FUSE or
//     overlay file system. Asking such a file system may also hang: whether to watch there is the
//     caller's to decide.
//   - What was lost because the kernel's queue was full ([Batch.Overflow]). The end of a watch may be
//     among it. So who finds a directory gone or replaced gives the watch up.
//
// So whoever relies on events also looks from time to time without one.
//
// # What it costs others
//
// The watches are for directory entries alone (see entryEvents): writing and opening a file in a
// watched directory costs a daemon the same as without the watch. A created, renamed or removed
// file costs it the queuing of an event. The limits, and what happens at each, are in limits.go. A
// watch that is given up there is told, and the caller polls that directory.
//
// A Source may be used concurrently.
package notify
