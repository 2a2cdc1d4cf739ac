package proc

import (
	"bytes"
	"slices"
	"strconv"
)

// Status is what /proc/<pid>/status says of a process (proc(5)).
type Status struct {
	UID   string // of the effective user, in decimal
	TGID  int    // PID of the process that a thread belongs to; a process's own PID
	NSPID int    // PID in the process's own namespace
	Inner []int  // PIDs in the namespaces below this program's that it is in, NSPID last
}

// Status reads the task's status file.
func (t Task) Status() (s Status, err error) {
	err = readText(string(t)+"/status", func(text []byte) { s = ParseStatus(text) })
	return s, err
}

// HasThread reports whether a thread of the process has this number, in the PID namespace of the
// process.
func (t Task) HasThread(number int) bool {
	threads, _ := t.Threads()
	return slices.ContainsFunc(threads, func(here int) bool {
		status, err := t.thread(here).Status()
		return err == nil && status.NSPID == number
	})
}

// ParseStatus reads the text of a status file. A field that it does not find stays zero. It has some 60
// lines, of which three matter.
func ParseStatus(text []byte) (s Status) {
	for line := range bytes.Lines(text) {
		key, value, _ := bytes.Cut(line, []byte(":"))
		switch string(key) {
		case "Uid":
			if f := bytes.Fields(value); len(f) >= 2 {
				s.UID = string(f[1])
			}
		case "Tgid":
			s.TGID, _ = strconv.Atoi(string(bytes.TrimSpace(value)))
		case "NSpid":
			for i, f := range bytes.Fields(value) {
				if s.NSPID, _ = strconv.Atoi(string(f)); i > 0 {
					s.Inner = append(s.Inner, s.NSPID)
				}
			}
		}
	}
	return s
}
