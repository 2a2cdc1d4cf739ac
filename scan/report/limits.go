package report

// MaxLine is how long a line may be that [Decode] takes, in bytes. A directory's is about a thousand
// long. It bounds what a sender can make its reader keep in memory.
const MaxLine = 1 << 20
