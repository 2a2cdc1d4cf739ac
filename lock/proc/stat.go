package proc

import (
	"bytes"
	"errors"
	"strconv"
)

// Stat is what /proc/<pid>/stat says of a process (proc(5)).
type Stat struct {
	State   byte   // of the first thread: 'R', 'S', 'D', 'T', 't', 'Z', 'X', 'I' …
	Parent  int    // PID of the parent
	Threads int    // how many; a first thread that has exited counts until the others have too
	Ticks   uint64 // start time, in clock ticks since boot
}

// exited reports whether all threads of the process have exited.
func (s Stat) exited() bool { return (s.State == 'Z' || s.State == 'X') && s.Threads <= 1 }

var errFormat = errors.New("unexpected format")

// Stat reads the task's stat file.
func (t Task) Stat() (s Stat, err error) {
	path, ok := string(t)+"/stat", false
	err = readText(path, func(text []byte) { s, ok = ParseStat(text) })
	if err == nil && !ok {
		err = pathError("parse", path, errFormat)
	}
	return s, err
}

// ParseStat reads the text of a stat file. ok is false if it is not one. The program's name in the
// second field may have any byte in it, also parentheses and newlines. So the fields are counted from
// the last closing parenthesis (proc(5)).
func ParseStat(text []byte) (s Stat, ok bool) {
	i := bytes.LastIndexByte(text, ')')
	if i < 0 {
		return Stat{}, false
	}
	var fields [20][]byte // from the third on
	n := 0
	for field := range bytes.FieldsSeq(text[i+1:]) {
		if fields[n] = field; n == len(fields)-1 {
			break
		}
		n++
	}
	if len(fields[len(fields)-1]) == 0 || len(fields[0]) != 1 {
		return Stat{}, false
	}
	parent, err1 := strconv.Atoi(string(fields[1]))
	threads, err2 := strconv.Atoi(string(fields[17]))
	ticks, err3 := strconv.ParseUint(string(fields[19]), 10, 64)
	if err1 != nil || err2 != nil || err3 != nil {
		return Stat{}, false
	}
	return Stat{State: fields[0][0], Parent: parent, Threads: threads, Ticks: ticks}, true
}
