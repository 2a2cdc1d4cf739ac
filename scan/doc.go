// Package scan finds data directories below roots, and watches them.
//
// [Monitor.Once] looks at all of them until each has a verdict. [Monitor.Run] goes on, and reports what
// changes. Package find walks the roots. Package observe looks at one directory, without disturbing the
// daemon that it belongs to. Package report makes a verdict of the evidence.
//
// # Records, agenda and rounds
//
// The Monitor keeps a record of each directory: its last report, and what it waits for. A new look is
// applied to the record, which gives the change to report, if any, and when the directory is due again.
//
// The agenda says what is to be done next, and when: what somebody asked for, second looks, what moved, a
// poll of all known directories, a walk of the roots for new ones. The Monitor does one batch of it at a time,
// in a round. A pool of workers does the looks of a round, so that a hung mount stops only the
// directories on it. The rounds until all verdicts stand are a pass; a summary is reported at its end.
//
// To look at a directory is to observe it afresh if it is new, has changed, is due or was asked for.
// Otherwise it is only to make sure that nothing has changed: that is much cheaper.
//
// # Events
//
// The Monitor is told of what moves, and does not ask: see package notify. An event puts a
// directory on the agenda, at once. Each directory is watched before it is looked at, so that nothing is
// missed in between; so is each that a walk passes through, before it is read. What makes no event is
// polled in turn. An event comes at the moment of a hand-off, when a flock probe must not be made. So with
// observe.ProbeFlock there are no events, and everything is polled.
//
// # Hand-offs
//
// A daemon hands a directory over by a release, after which its successor acquires. Between the two the
// directory is free for some milliseconds, and no look would see it. The events of the pidfile tell: it goes
// while its owner lives, and the next one comes, of another process that holds the lock. Whose it is must be
// asked at once, before the one after it comes: that is a small part of a look, and is done outside of rounds.
// A stop, a restart, a break and an rm of the pidfile make the same events, and are told apart by who lives.
//
// # When a verdict stands
//
// An acquire takes the lock before it writes the pidfile. A release unlinks the pidfile before it
// unlocks. So a lock that is held beside a missing pidfile, or beside that of another process, may
// be a moment of the protocol. It is reported only when looks at least 100 ms apart find the same
// episode: nobody acquired or released in between. Until then the report is marked as Checking.
//
// Where only a flock probe can tell whether the lock is held, it waits until nothing has moved at the
// directory for a while: see observe.Rest. Meanwhile the verdict that stood is kept; where there is none, the
// report is marked as Checking. Polls and walks go on.
//
// A free lock beside a pidfile is never such a moment, if the pidfile is the same before and after
// the lock was established.
//
// # Delivery
//
// What the workers find is gathered into updates, which are handed to the caller's function one at a
// time. It may be slow: the workers do not wait for it.
//
// The package follows no link below a root.
package scan
