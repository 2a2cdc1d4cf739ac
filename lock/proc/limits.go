package proc

// How much is read, in bytes.
const (
	// textSize is for the files of a process. stat and comm have a few hundred bytes. status has 1,500,
	// and more only if the process is in hundreds of groups: see readText.
	textSize = 4096
	// fdinfoStart is for the start of fdinfo. It has four short lines, and then the locks, a flock first
	// (seq_show in fs/proc/fd.c, show_fd_locks in fs/locks.c).
	fdinfoStart = 1024
	// linkStart is for the start of a link. Most are of a namespace, or of a file with a short path.
	linkStart = 256
	// MaxCommand is for a command line that is shown to people.
	MaxCommand = textSize
	// maxArguments is for a command line in which options are looked for.
	maxArguments = 64 << 10
	// listSize is for one call that lists a directory: some 2,700 descriptors.
	listSize = 64 << 10
	// maxMount is for one line of mountinfo. That of an overlay names all its layers: up to 500 paths of
	// 4 KiB, where an escaped byte takes four.
	maxMount = 16 << 20
)

// ticksPerSecond is USER_HZ, which is 100 on every architecture that Go runs on.
const ticksPerSecond = 100
