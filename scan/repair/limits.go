package repair

import "time"

const (
	// auditWait is how long an append waits for that of another program. Without the record there is
	// no break, so it is long, and yet not for ever: somebody is waiting for an answer.
	auditWait = 5 * time.Second

	// auditLimit is how long a record may take in all. A disk that is busy needs seconds for a sync; a file
	// system that hangs needs for ever.
	auditLimit = 2 * auditWait

	// auditRetry is how often an append tries to take the log's lock until auditWait is over: flock(2) has no time
	// limit of its own.
	auditRetry = 10 * time.Millisecond

	// breakTime is how long the break itself may take. It is made of a dozen calls on one directory, and
	// one of them hangs where its file system does.
	breakTime = 10 * time.Second

	// lookTime is how long it may take to find out who holds a lock that could not be had. It only adds
	// a name to a refusal.
	lookTime = time.Second

	// tailMost is how many bytes of the log are read at a time by who follows it: some thousand records.
	tailMost = 1 << 20
)
