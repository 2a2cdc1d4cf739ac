package ui

import "time"

// What the screen does with what a scan finds.
const (
	// batchGap is the time between two batches of updates. What comes faster nobody sees, and
	// each batch is a frame.
	batchGap = 50 * time.Millisecond
	// maxBatch is how many changes a batch has, about. So many are taken in between two frames.
	maxBatch = 8192
	// clockTick is how often the screen looks at the clock: ages are shown in seconds.
	clockTick = time.Second
	// framesPerSecond is what the renderer may draw. Idle, 30 cost half of what its 60 do, and a
	// key waits 33 ms at most.
	framesPerSecond = 30
	// highlightTime is for how long a row stands out that has changed: long enough to be found.
	highlightTime = 1500 * time.Millisecond
	// noticeTime is for how long a notice stays. It takes the place of the keys.
	noticeTime = 5 * time.Second
	// maxHelpSearch is how many bytes are searched for in the help.
	maxHelpSearch = 40
	// bellGap is the time between two rings: one tells as much as ten.
	bellGap = 5 * time.Second
	// maxGroupLines is how many lines tell of a group: more than any screen has.
	maxGroupLines = 200
	// maxCommandWidth is how many cells of COMMAND are laid out. The column is as wide only on a
	// terminal of more than 200.
	maxCommandWidth = 64
	// maxNumbered is how many files may be written in one second.
	maxNumbered = 9
	// maxMemory is how many filters can be brought back: more than one walks through key by key.
	maxMemory = 100
)

// What the header says of a scan.
const (
	// shownWalk is how long a walk takes before the header tells of its progress, the first one
	// apart. Shorter ones would only make it flicker.
	shownWalk = 3 * time.Second
	// longInterval is from which interval on the header says when the last look was. With a shorter
	// one it was just now, or the header says that the source is silent.
	longInterval = 10 * time.Second
	// silentIntervals and minSilence are after how many intervals, and after what time at least,
	// a source that says nothing is said to be silent.
	silentIntervals = 3
	minSilence      = 10 * time.Second
)

// How long the screen waits for others.
const (
	// checkTime is how long targets are checked before the dialog is told of it. It may have
	// been closed meanwhile.
	checkTime = 50 * time.Millisecond
	// tmuxTimeout is how long tmux may take to accept a text.
	tmuxTimeout = 2 * time.Second
	// breakGrace is how long the end waits for a break that is under way. One that takes longer
	// hangs, as on a dead mount.
	breakGrace = 2 * time.Second
	// outputGrace is how long a write may take that waits when the program is told to end: a
	// moment for people, and enough for a reader that only was busy.
	outputGrace = 250 * time.Millisecond
	// leaveGrace is the same for a terminal: a slow line has to take what leaves the screen.
	leaveGrace = 2 * time.Second
	// maxGrace is for a file that seems to take more and does not, as on a dead mount.
	maxGrace = 5 * time.Second
)

// maxCopied is how many bytes are copied from several directories: xterm takes 75,000 of base64, and
// others less.
const maxCopied = 50_000

// maxScreenDCS is how many bytes a DCS may have in GNU screen, which drops a longer one (MAXSTR
// in its screen.h).
const maxScreenDCS = 768

// What the break dialog needs, and what it takes.
const (
	// maxDialogWidth is that of its texts, in cells: longer lines are hard to read.
	maxDialogWidth = 76
	// framedFrom is how wide a screen is that has cells to spare for a frame.
	framedFrom = 60
	// maxRemoved is how many files are named that are removed from one of several directories. A
	// crash leaves two or three; a tenant can leave thousands.
	maxRemoved = 3
	// minRemoves is how many of the lines that tell what is removed have to be in sight at once,
	// where one directory is asked about. What follows scrolls.
	minRemoves = 4
	// maxTyped is how many digits of a count are taken.
	maxTyped = 9
)
