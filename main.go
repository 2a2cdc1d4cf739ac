// Lockscope shows who owns each of many data directories on a host, which locks
// are lying, and why a daemon will not start.
package main

import (
	"os"

	"lockscope/lock/locktest"
	"lockscope/ui/cli"
)

func main() {
	locktest.Main() // the demo's processes are this program again, and begin here
	os.Exit(cli.Run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
