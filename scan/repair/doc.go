// Package repair breaks stale locks, and puts every attempt on record before it is made. What may be
// removed, and when, package lock decides; see [lock.BreakStale].
package repair
