package ui

import (
	"strconv"
	"strings"

	"lockscope/lock"
	"lockscope/scan"
)

// row is one directory of the table. It stays the same row while its reports
// come and go.
type row struct {
	*scan.Report
	class    class
	stood    class  // the class before, if that is still being checked
	text     string // what the filter looks through: see appendRowText
	group    *group // set on the head of a group, whose report has but a path
	selected bool
	replaced bool // its place is being sought anew
	gone     bool // it is a data directory no longer
}

// set gives the row a new report. scratch is memory to work in, and returned.
func (r *row) set(report *scan.Report, scratch []byte) []byte {
	r.Report = report
	r.class = classOf(report)
	scratch = appendRowText(scratch[:0], report, r.class)
	if string(scratch) != r.text {
		r.text = string(scratch)
	}
	return scratch
}

// searchedCommand is how many bytes of a command line a filter looks through.
const searchedCommand = 1024

// appendRowText appends what a filter looks through, escaped as it is shown and in lower
// case, in four parts divided by newlines: the path, the state, the PIDs with a
// space before each, and the commands.
func appendRowText(dst []byte, r *scan.Report, c class) []byte {
	dst = append(appendLower(dst, scan.Escape(r.Path)), '\n')
	dst = append(append(dst, c.String()...), '\n')
	appendPID := func(pid int) { dst = strconv.AppendInt(append(dst, ' '), int64(pid), 10) }
	if p := &r.Evidence.Pidfile; p.State == lock.PidfileNamed {
		appendPID(p.PID)
	}
	holders := r.Evidence.Holders[:min(len(r.Evidence.Holders), mostHolders)]
	for i := range holders {
		appendPID(holders[i].PID)
	}
	dst = append(dst, '\n')
	if o := r.Evidence.Owner; o != nil && !holds(r, o.PID) {
		dst = append(appendLower(dst, scan.Escape(firstBytes(o.Command, searchedCommand))), ' ')
	}
	for i := range holders {
		dst = append(appendLower(dst, scan.Escape(firstBytes(holders[i].Command, searchedCommand))), ' ')
	}
	return dst
}

// holds reports whether a process is among the holders.
func holds(r *scan.Report, pid int) bool {
	for i := range r.Evidence.Holders {
		if r.Evidence.Holders[i].PID == pid {
			return true
		}
	}
	return false
}

// appendLower appends s in lower case, without allocating where s is ASCII.
func appendLower(dst []byte, s string) []byte {
	start := len(dst)
	for i := range len(s) {
		c := s[i]
		if c >= 0x80 {
			return append(dst[:start], strings.ToLower(s)...)
		}
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		dst = append(dst, c)
	}
	return dst
}
