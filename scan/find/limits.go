package find

// mostOpen is how many directories a walk keeps open at most, for their sub-directories to be opened
// from: few trees need more, since the queue is taken from its end.
const mostOpen = 256

// shareOpen is which part of the descriptors that this process may have a walk keeps open at most: its
// workers, and the rest of the program, need some too.
const shareOpen = 4

// listSize is how much of a directory is read by one call, in bytes: some 2,000 entries.
const listSize = 64 << 10
