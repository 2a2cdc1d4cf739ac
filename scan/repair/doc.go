// Package repair breaks stale locks. A [Breaker] puts every attempt on record in an [AuditLog], before it is
// made and after. Package lock decides what may be removed, and when: see [lock.BreakStale].
package repair
