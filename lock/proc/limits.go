package proc

// How much is read, in bytes.
const (
	// textSize is for what the kernel prints of a process in one read: stat and comm have some hundred bytes, status has
	// 1,500, and more only for a process of many groups.
	textSize = 4096
	// fdinfoStart is for fdinfo. After four short lines come those of the locks, a flock first (seq_show in
	// fs/proc/fd.c, show_fd_locks in fs/locks.c).
	fdinfoStart = 1024
	// MaxCommand is for a command line that is to be shown.
	MaxCommand = textSize
	// maxArguments is for one that options are looked for in.
	maxArguments = 64 << 10
	// listSize is for a listing: some 2,700 descriptors come in one call.
	listSize = 64 << 10
	// maxMount is for one line of mountinfo: an overlay names all of its layers in it, 500 paths of 4 KiB, escaped.
	maxMount = 16 << 20
)

// ticksPerSecond is USER_HZ, which is 100 on every architecture that Go runs on.
const ticksPerSecond = 100
