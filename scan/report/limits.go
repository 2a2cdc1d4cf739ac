package report

import "time"

// MaxLine is how long a line may be that [Decode] takes, in bytes. It bounds what a sender can make
// its reader keep in memory. The line of a directory has about a thousand.
const MaxLine = 1 << 20

// mostSeconds is the longest duration that a decoded summary may have: about 30 years, which a
// time.Duration can hold.
const mostSeconds = 1e9

// maxSeenTemps is of how many temporaries at most the line of a directory has what a break needs. More
// would make it longer than MaxLine. There is no break from another host then.
const maxSeenTemps = 1000

// maxHolders is how many holders of a lock are kept of a line: nobody reads more, and each takes twenty
// times as much memory as it may take in the line.
const maxHolders = 1000

// MaxRoots is of how many roots a hello tells: they are for people. With none of more than maxRoot bytes the line
// stays far below [MaxLine], also where every byte has to be escaped.
const (
	MaxRoots = 100
	maxRoot  = 1024
)

// maxHost is how many bytes the name of a host may have: a domain name has 253 at most.
const maxHost = 255

// ClockSkew is how far the clock that gives files their times may be ahead of ours, as that of a file
// server may be. A later time was set by somebody.
const ClockSkew = 2 * time.Second

// firstTime is the earliest time of a file that is believed. The clock of a host without a battery
// for it begins in 1970.
var firstTime = time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC)

// Of what a sentence quotes. Without these, others could make it as long as they like.
const (
	// maxProgram is how many bytes of a program's name it has: a process can choose its own.
	maxProgram = 64
	// maxNames is how many processes it names.
	maxNames = 3
	// maxQuote is how many bytes of a pidfile's text it has.
	maxQuote = 20
)
