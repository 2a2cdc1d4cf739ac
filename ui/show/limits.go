package show

import "time"

const (
	// MaxHolders is how many holders are named and searched for. A tenant can make as many as
	// it likes.
	MaxHolders = 50
	// maxListedHolders is how many of them a table lists by number. Of more it says how many.
	maxListedHolders = 3
	// NarrowHolderWidth is how many cells a narrow HOLDER column has: two PIDs of five digits.
	NarrowHolderWidth = 11
	// leastBeginning is how many cells of the beginning of a path are worth more than the middle of its
	// last name.
	leastBeginning = 3
	// maxCellBytes is how many bytes of a text are laid out for each cell: as many as the longest
	// character has in UTF-8.
	maxCellBytes = 4

	// clockMargin is by how much times of a process and of a file may differ that are of one
	// moment: the kernel tells when a process started in hundredths of a second since boot.
	clockMargin = 2 * time.Second
)
