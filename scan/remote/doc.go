// Package remote watches other hosts. On each of them runs a lockscope of its own, which the system's ssh(1)
// starts, and what that one tells is merged with the rest. Where a host has none, this program can be copied
// there for as long as it runs (Config.Push).
//
// [Fleet] is the source of it all: it runs a [host] for each target, and merges what they tell, and what the
// monitor of this host tells, into updates. A host connects, is followed for as long as it is heard of, and is
// tried again when it was lost. A stream reads what the far side says, through package report's codec.
// [Breaker] breaks a stale lock there, with the evidence that was seen. [Serve] is the far side's part.
//
// What comes from another host is hostile input. It is bounded, and a host can lie about itself alone: each
// report is filed under the name by which this host knows it, and an identity that it tells goes back to it
// and nowhere else.
//
// The user's own configuration of ssh counts: keys, aliases, jump hosts, shared connections. Nothing is asked
// for (BatchMode), and nothing is forwarded.
package remote
