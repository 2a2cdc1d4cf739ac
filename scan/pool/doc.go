// Package pool does work that may never come back, on a bounded number of goroutines.
//
// A goroutine that is blocked in a system call cannot be stopped. It can only be left behind, and
// each one that is costs a thread of the system. So the number of them has to be bounded, and the
// rest of the work must not wait for them. There are three ways to do such work:
//
//   - A [Pool] runs jobs that nobody waits for one by one.
//   - [Call] calls a function whose answer the caller waits for, though not for long.
//   - [Await] calls a function once, for a caller who can do nothing else meanwhile.
//
// # What becomes of a job
//
// The Run of a job that comes back in time is followed by Finish, on the same goroutine. A job
// whose Run takes longer than a fifth of the limit is late: another worker takes the place of its
// own, so that the other jobs do not wait for it. When it comes back it is finished as ever, and
// its worker ends. A job that has not come back within the limit is abandoned: GiveUp is called,
// Wait waits for it no more, and should it come back one day, Discard is called instead of Finish.
//
// While a job is abandoned, others with the same key are given up without being run: each would
// only cost another goroutine.
//
// # Groups that hang
//
// Jobs of one group are expected to hang together. A group is under watch from when one of its jobs
// is late until all that were late or abandoned have come back. Meanwhile its jobs are begun one at
// a time, and two at most; the others are put off. As soon as any job of the group comes back, the
// group was only slow: what was put off goes on, until another job is late. Where two jobs are
// abandoned and none has come back, the group is stalled: its other late jobs are abandoned at once,
// and those that were put off, or are added later, are given up without being run. The return of
// one job ends that.
//
// So a group that hangs costs its own jobs an answer, the program a few goroutines, and the jobs
// of other groups nothing.
//
// # What bounds the goroutines
//
// A pool has Config.Workers of them while nothing is late, and never more than four times as many,
// or 256 where that is more. Should all of these be abandoned one day, what is in the queue is given
// up. Calls leave at most two behind for a key, and 64 in all.
package pool
