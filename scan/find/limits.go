package find

const (
	// maxOpen is how many directories a walk keeps open at most, to open their sub-directories from.
	// Few trees need more, since a walk goes down before it goes on.
	maxOpen = 256

	// openShare: a walk keeps open no more than a quarter of the descriptors that this process may
	// have. Its workers, and the rest of the program, need some too.
	openShare = 4

	// plainSiblings is how many sub-directories of a directory must have been no data directories, and none
	// must have been one, before the next ones are listed without a look for a lock file.
	plainSiblings = 4

	// listSize is how much of a directory is read by one getdents64(2), in bytes: some 2,000 entries.
	listSize = 64 << 10

	// maxEntries and maxDirs are how many entries and sub-directories of a directory are read. A FUSE server
	// can list a directory for ever. The largest ones of ext4 have some ten million entries; two million names
	// take 100 MB.
	maxEntries, maxDirs = 12_000_000, 2_000_000
)
