package report

import "fmt"

// advice is what to do next: a text, and the command in it, if it has one.
type advice struct{ text, command string }

func say(text string) advice { return advice{text: text} }

// run advises to run a command.
func run(why, command string) advice { return advice{why + ": " + command, command} }

// inspect advises to look at processes, before anything is done to them.
func inspect[P hasProcess](why string, processes []P) advice {
	return run(why, psOf(pids(processes, ",")))
}

// inspectPID advises to look at a process of which only the PID is known.
func inspectPID(why string, pid int) advice { return run(why, psOf(fmt.Sprint(pid))) }

// psOf returns the command that shows what processes are, and who started them.
func psOf(pids string) string { return "ps -o pid,ppid,lstart,args -p " + pids }
