package proc

import (
	"bytes"
	"slices"
	"strconv"
)

// Status is what /proc/<pid>/status says of a process (proc(5)).
type Status struct {
	UID   string // its effective user's number
	TGID  int    // the PID of the process that a thread is of; its own for a process
	NSPID int    // its PID in its own namespace
}

// Status reads it.
func (t Task) Status() (s Status, err error) {
	err = readText(string(t)+"/status", func(text []byte) { s = ParseStatus(text) })
	return s, err
}

// HasThread reports whether one of the process's threads has this number in the PID namespace that the process lives in.
func (t Task) HasThread(number int) bool {
	threads, _ := t.Threads()
	return slices.ContainsFunc(threads, func(here int) bool {
		status, err := t.thread(here).Status()
		return err == nil && status.NSPID == number
	})
}

// ParseStatus reads the text of a status file. What it does not find is zero.
func ParseStatus(text []byte) (s Status) {
	for line := range bytes.Lines(text) {
		key, value, _ := bytes.Cut(line, []byte(":"))
		f := bytes.Fields(value)
		switch {
		case string(key) == "Uid" && len(f) >= 2:
			s.UID = string(f[1])
		case string(key) == "Tgid" && len(f) >= 1:
			s.TGID, _ = strconv.Atoi(string(f[0]))
		case string(key) == "NSpid" && len(f) >= 1:
			s.NSPID, _ = strconv.Atoi(string(f[len(f)-1]))
		}
	}
	return s
}
