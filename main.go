// Lockscope shows who owns each of many data directories on a host, which locks
// are lying, and why a daemon will not start.
package main

import (
	"os"
	"runtime"

	"lockscope/lock/locktest"
	"lockscope/ui/cli"
)

// The first thread runs nothing but main, which waits. The kernel gives a signal for the process to that thread first
// (complete_signal in kernel/signal.c), and to no other one while it hangs on a file system: neither ctrl-c nor SIGTERM
// would come through.
func init() { runtime.LockOSThread() }

func main() {
	locktest.Main() // the demo's processes are this program again, and begin here
	status := make(chan int)
	go func() { status <- cli.Run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr) }()
	os.Exit(<-status)
}
