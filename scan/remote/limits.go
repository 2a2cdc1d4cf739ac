package remote

import "time"

// How long things may take. A host that does not keep to them is lost, and tried again.
const (
	// helloWait is how long it takes at most from the start of ssh to the first line of the far side: a slow
	// line, a jump host or two, a slow login.
	helloWait = 30 * time.Second
	// pushWait is the same where a program of some megabytes goes ahead of it.
	pushWait = 5 * time.Minute
	// HeartbeatEvery is how often the far side says that it goes on. The line is seldom idle for longer than
	// people would wait, and 200 hosts say 40 short lines a second.
	HeartbeatEvery = 5 * time.Second
	// silentBeats is how many heartbeats may be missing.
	silentBeats = 3
	// leastBeat and mostBeat are the bounds of what is believed of the far side's word on its heartbeat.
	leastBeat = time.Second
	mostBeat  = time.Minute
	// lineWait is how long one line may take: the longest, over a bad line, two minutes. Without it a
	// host that sends a byte now and then would seem to be heard of.
	lineWait = 3 * time.Minute
	// firstPassStill is for how long a first pass may not get on, by what is told of it: no directory, and
	// no step of a walk.
	firstPassStill = 2 * time.Minute
	// breakWait is how long a break may take, with the connection that is made for it.
	breakWait = time.Minute
	// stderrWait is how long what ssh has said last may take to be read, once it has ended.
	stderrWait = 50 * time.Millisecond
	// endWait is how long ssh may take to end when it was told to. Then it is killed.
	endWait = 2 * time.Second
)

// When a lost host is tried again: after firstRetry, and twice as long each time, up to lastRetry. A session
// that lasted for steady begins that anew.
const (
	firstRetry = time.Second
	lastRetry  = time.Minute
	steady     = time.Minute
)

// What a host can make this one keep.
const (
	// maxDirs is how many directories it may have.
	maxDirs = 1_000_000
	// maxBytes is how many bytes their lines may have in all: a thousand for each of so many. Each holder counts as
	// holderBytes more.
	maxBytes    = 1 << 30
	holderBytes = 200
	// budgetShare is for how many per cent of the memory the lines of all hosts may take together. A screen
	// of a million directories takes three to four times their lines.
	budgetShare = 20
	// maxErrors is how many errors are kept of it. They are for people, who read the first few.
	maxErrors = 1000
	// maxErrorBytes is how many bytes their lines may have in all: the path of each may be a long one.
	maxErrorBytes = 4 << 20
	// maxHandoffs is how many hand-offs of all hosts wait for the screen at most.
	maxHandoffs = 10_000
	// maxHandoffLine is how many bytes the line of a hand-off may have. A longer one is skipped: the state of its
	// directory is told besides. All that wait have 160 MB at most, and commonly 5.
	maxHandoffLine = 16 << 10
	// maxNoise is how many bytes may come before its first line of the protocol: what a login shell's
	// startup files print.
	maxNoise = 64 << 10
	// maxEndless is how many bytes of a line are skipped that is too long. Then it is taken for one that
	// has no end.
	maxEndless = 64 << 20
	// maxWatched is the most that is believed of its word on how many processes and other directories it watches.
	maxWatched = 1 << 30
	// maxStderr is how much of ssh's standard error is kept: its last line says why it ended.
	maxStderr = 4 << 10
	// maxReason is how long such a line may be that is shown.
	maxReason = 300
)

// How much a host may tell besides its directories, each for the first time. So many lines can come at
// once, as when a hundred thousand daemons die and come back; then so many in a second. More waits on its
// side of the line: a host that never stops to tell something would take a whole processor here, from all
// others.
const (
	mostLines      = 200_000
	linesPerSecond = 5_000
	linesPause     = linesPerSecond / 10 // that are waited for together
	// lineBytes is how many bytes a line may have that counts as one: most have less than half of it. For
	// what it has beyond, each lineMore count as one more. So the longest lines take a fifth of a
	// processor, once so many have come.
	lineBytes = 2 << 10
	lineMore  = 512
)

// defaultJobs is how many hosts are connected to at a time. A connection takes some processor time on both
// sides, and that of a jump host.
const defaultJobs = 32

// flushEvery is the least time between two updates of a fleet: what many hosts tell becomes a few calls.
const flushEvery = 50 * time.Millisecond

// maxRequests is how many requests may wait for one host. One that does not take them gets no more.
const maxRequests = 16

// maxInterval is the longest interval that is taken from a request, in seconds: about 30 years, which a
// time.Duration can hold.
const maxInterval = 1e9

// readSize is how many bytes of the far side's lines are read at a time: those of some 60 directories.
const readSize = 64 << 10
